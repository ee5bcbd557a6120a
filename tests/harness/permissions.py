"""The permissions that each call of the identity that runs Terraform needs.

policies/terraform-policy*.json allow them. Names and resources are those of AWS's Service
Authorization Reference: https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.terraform_calls import Call
from iam.engine import Document, Policies, Request
from iam.lint import sends
from tools.environments import ROOT

FILES = sorted(ROOT.glob("policies/terraform-policy*.json"))
FOLDER = ROOT / "tests" / "fixtures" / "permissions"
# By the prefix of an ID.
_EC2_KINDS = {"sg": "security-group", "sgr": "security-group-rule", "vpce": "vpc-endpoint"}
_NO_RESOURCE = "The action does not support resource-level permissions."
# Why the policies need each statement, by its Sid.
REASONS = {
    "CreateSecret": "Before the secret exists, the end of its ARN is unknown. So a condition on "
    "`secretsmanager:Name` checks the name.",
    "ManageSecret": "The secret, its value, policy, tags, replicas and rotation. Each plan reads "
    "the value, to keep it. To create a secret with tags, AWS also requires `TagResource`. With "
    "replicas it requires `ReplicateSecretToRegions`.",
    "GeneratePassword": "The first password, and one for each raised `value_version`. "
    f"{_NO_RESOURCE}",
    "EncryptValue": "Secrets Manager uses the key on behalf of the identity that reads or stores a "
    "value. It also validates a new key with the context `RequestToValidateKeyAccess`. A change of "
    "key needs `Encrypt` on the new key and `Decrypt` on the old one. Without them the versions "
    "stay under the old key, and AWS reports no error.",
    "EncryptCopies": "Secrets Manager replicates each value on behalf of the identity that stores "
    "it. Repeat the statement for each region. Leave it out without `replicas`.",
    "CreateKey": "The secret's key, and the key of the topic of `monitoring.emails`. A key has no "
    "ARN before it exists.",
    "ManageKey": "When the key exists, you can replace `key/*` by its ARN, unless the secret "
    "changes to another key.",
    "ManageAlias": "AWS checks each action on the alias and on its key.",
    "FindAlias": f"The provider finds an alias in the list. {_NO_RESOURCE}",
    "ManageFunction": "The function, its permissions and its concurrency. A call of `RotateSecret` "
    "needs `InvokeFunction` on the function.",
    "LetSecretsManagerInvoke": "It can give permission only to Secrets Manager.",
    "ManageRole": "The function's role. An identity that can write a role's policy and pass the "
    "role can do all that the policy allows.",
    "PassRole": "Lambda needs the role to create the function. Only to Lambda.",
    "ManageLogGroup": "The function's log group.",
    "FindLogGroups": f"The provider finds a log group in the list. {_NO_RESOURCE}",
    "ManageErrorAlarm": "The alarm for a failed step.",
    "FindAlarms": "The provider finds an alarm in the list. AWS checks the permission on all "
    "alarms.",
    "ReadPackage": "Only for a `package` in S3. Lambda reads it on behalf of the caller.",
    "ReadImage": "Only for a `package` in ECR. Lambda adds its permission to the repository's "
    "policy on behalf of the caller.",
    "RotateByExistingFunction": "A call of `RotateSecret` needs `InvokeFunction`. Terraform reads "
    "and removes the function's permission for Secrets Manager.",
    "LetSecretsManagerInvokeExistingFunction": "It can give permission only to Secrets Manager.",
    "FindNetwork": "Lambda also needs them to create a function in a VPC. "
    "These actions do not support resource-level permissions.",
    "ReadVpc": "The module checks the two attributes of the VPC that private DNS needs.",
    "CreateSecurityGroup": "The security groups of the function and the endpoints, in this VPC.",
    "ManageSecurityGroup": "These groups, and one rule in the database's. Only in this VPC.",
    "ChangeSecurityGroupRule": "A rule for the endpoints' clients changes in place.",
    "TagNetwork": "Tags of groups, rules and endpoints.",
    "CreateEndpointInVpc": "AWS also checks the VPC, the subnets and the group.",
    "CreateEndpointForService": "Only endpoints of these two services.",
    "ChangeEndpoint": "The endpoint's policy, and its subnets.",
    "DeleteEndpoint": "Only endpoints of these two services.",
    "DeleteNetworkInterfaces": "Network interfaces that Lambda leaves prevent the deletion of a "
    "security group.",
    "ManageRules": "The rules that watch the secret.",
    "ManageAlarms": "The alarms on metrics of the secret.",
    "ManageTopic": "Only for `emails`.",
    "CountInTrail": "Only for `cloudtrail_log_group_name`.",
    "TakePublishedFunction": "AWS's own functions, in the AWS Serverless Application Repository.",
    "ReadPublishedFunction": "The template and the package, as AWS's managed policy "
    "`SecretsManagerReadWrite` names them.",
    "ManageStack": "The stack that creates the function.",
    "TransformTemplate": "The template uses the Serverless Application Model.",
    "ManageRoleOfStack": "CloudFormation creates the function's role on behalf of the caller, and "
    "chooses its name.",
    "AttachPoliciesToRoleOfStack": "Only AWS's policies for logs and for a network.",
    "PassRoleOfStack": "Only to Lambda.",
}
# The engine decides by the Service Authorization Reference, which lacks this resource.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html
NOT_DECIDED = "TransformTemplate"
# The values of the placeholders in the policies, for tests/fixtures/permissions/main.tf.
_WORDS = {
    "REGION": "us-east-1",
    "SECRET_NAME": "orders/database/credentials",
    "HYPHENATED_NAME": "orders-database-credentials",
    "REPLICA_REGION": "eu-west-1",
    "PACKAGE_BUCKET": "packages",
    "PACKAGE_KEY": "rotation.zip",
    "PACKAGE_REPOSITORY": "rotation",
    "EXISTING_FUNCTION_NAME": "rotate-everything",
    "TRAIL_LOG_GROUP": "trail",
}
_STRANGE_PLACES = (
    (":us-east-1:", ":us-west-2:"),
    (":eu-west-1:", ":us-west-2:"),
    (":role/serverlessrepo-", ":role/"),
    (":::packages/", ":::others/"),
    (":::awsserverlessrepo-", ":::others-"),
    (":::secrets-manager-rotation-", ":::others-"),
)
_STRANGE_NAMES = (
    ("orders/database/credentials", "orders/database/credentials-of-others"),
    ("orders-database-credentials", "others"),
)
# By the prefix of their resource.
_STRANGE_ACTIONS = {
    "cloudformation:stack": "cloudformation:UpdateStack",
    "cloudwatch:alarm": "cloudwatch:SetAlarmState",
    "ec2:network-interface": "ec2:ModifyNetworkInterfaceAttribute",
    "ec2:security-group": "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
    "ec2:subnet": "ec2:DeleteSubnet",
    "ec2:vpc": "ec2:DeleteVpc",
    "ec2:vpc-endpoint": "ec2:CreateVpcEndpointConnectionNotification",
    "ec2:*": "ec2:DescribeInstances",
    "ecr:repository": "ecr:PutImage",
    "events:rule": "events:DisableRule",
    "iam:role": "iam:UpdateAssumeRolePolicy",
    "kms:key": "kms:CreateGrant",
    "kms:*": "kms:ListKeys",
    "lambda:function": "lambda:CreateFunctionUrlConfig",
    "logs:log-group": "logs:PutSubscriptionFilter",
    "logs:*": "logs:DescribeQueries",
    "s3:": "s3:PutObject",
    "secretsmanager:secret": "secretsmanager:StopReplicationToReplica",
    "secretsmanager:*": "secretsmanager:ListSecrets",
    "serverlessrepo:applications": "serverlessrepo:DeleteApplication",
    "sns:": "sns:Publish",
}
_STRANGE_CONTEXT = {
    "secretsmanager:Name": "orders/database/credentials-of-others",
    "kms:ViaService": "ec2.us-east-1.amazonaws.com",
    "kms:EncryptionContext:SecretARN": "orders/database/credentials",
    "kms:KeySpec": "RSA_2048",
    "kms:KeyUsage": "SIGN_VERIFY",
    "lambda:Principal": "s3.amazonaws.com",
    "iam:PassedToService": "ec2.amazonaws.com",
    "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess",
    "ec2:Vpc": "arn:aws:ec2:us-east-1:333333333333:vpc/vpc-of-others",
    "ec2:VpceServiceName": "com.amazonaws.us-east-1.s3",
}
_NO_KEY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Permission:
    """An action on a resource, with the condition keys that AWS sends for the action."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        conditions = f" with {json.dumps(self.context)}" if self.context else ""
        return f"{self.action} on {self.resource}{conditions}"

    def question(self, policies: Iterable[Document], account: str) -> tuple[Request, Policies]:
        """Return the request of a role with these policies, and all policies that decide it."""
        is_by_service = "kms:ViaService" in self.context
        context = {
            "aws:SecureTransport": "true",
            "aws:ViaAWSService": json.dumps(is_by_service),
            **self.context,
        }
        owner = re.match(r"arn:[^:]+:[^:]+:[^:]*:(\d{12}):", self.resource)
        principal = f"arn:aws:iam::{account}:role/deploy"
        request = Request(
            principal, self.action, self.resource, owner[1] if owner else account, context
        )
        # This key policy leaves the decision to IAM. AWS shares its functions with everybody.
        shared_by = {
            "kms": {"AWS": f"arn:aws:iam::{account}:root"} if ":key/" in self.resource else None,
            "serverlessrepo": "*",
        }
        service = self.action.partition(":")[0]
        statement = {
            "Effect": "Allow",
            "Principal": shared_by.get(service),
            "Action": f"{service}:*",
            "Resource": "*",
        }
        resource_policy = {"Version": "2012-10-17", "Statement": [statement]}
        of_resource = resource_policy if statement["Principal"] else None
        return request, Policies(identity=list(policies), resource=of_resource)


class Account:
    """Returns the permissions that calls need, for calls in their order.

    Later calls do not name the secret's keys, the VPC and the endpoints' service: it keeps them.
    """

    def __init__(self, account: str) -> None:
        self._account = account
        self._key = ""
        self._copy_keys: dict[str, str] = {}
        self._vpc = ""
        self._services: list[str] = []

    def permissions(self, call: Call) -> list[Permission]:
        """Return each permission that a call needs, the one of the same name first."""
        # GetCallerIdentity needs no permission.
        # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
        if call.service == "sts":
            return []
        of_service = {
            "secretsmanager": self._of_secrets_manager,
            "kms": self._of_kms,
            "lambda": self._of_lambda,
            "iam": self._of_iam,
            "ec2": self._of_ec2,
            "logs": self._of_logs,
            "cloudwatch": self._of_cloudwatch,
            "events": self._of_events,
            "sns": self._of_sns,
        }[call.service]
        return list(of_service(call, call.parameters))

    def _of_secrets_manager(self, call: Call, given: Mapping[str, Any]) -> Iterator[Permission]:
        """Yield what the API reference lists as "Required permissions" of each call."""
        if call.operation == "GetRandomPassword":
            yield Permission("secretsmanager:GetRandomPassword", "*")
            return
        name = given.get("Name") or given["SecretId"].split(":secret:")[-1][:-7]
        secret = self._arn(call, f"secret:{name}-AbCdEf")
        creates = call.operation == "CreateSecret"
        context = {"secretsmanager:Name": name} if creates else {}
        yield Permission(f"secretsmanager:{call.operation}", secret, context)
        if creates and given.get("Tags"):
            yield Permission("secretsmanager:TagResource", secret)
        if creates and given.get("AddReplicaRegions"):
            yield Permission("secretsmanager:ReplicateSecretToRegions", secret)
        if call.operation == "RotateSecret" and given.get("RotationLambdaARN"):
            yield Permission("lambda:InvokeFunction", given["RotationLambdaARN"])
        yield from self._of_keys(call, given, secret)

    def _of_keys(self, call: Call, given: Mapping[str, Any], secret: str) -> Iterator[Permission]:
        """Yield what Secrets Manager does with the secret's keys on behalf of the caller.

        https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
        """
        old_key, self._key = self._key, given.get("KmsKeyId", self._key)
        added = {each["Region"]: each["KmsKeyId"] for each in given.get("AddReplicaRegions", [])}
        self._copy_keys |= added
        tried = "RequestToValidateKeyAccess"
        uses: list[tuple[str, str, str]] = []
        if call.operation in ("CreateSecret", "UpdateSecret"):
            uses += [(action, self._key, tried) for action in ("GenerateDataKey", "Decrypt")]
        if call.operation == "UpdateSecret" and self._key != old_key:
            uses += [("Decrypt", old_key, secret)]
            uses += [(action, self._key, secret) for action in ("Encrypt", "GenerateDataKey")]
        if call.operation == "GetSecretValue":
            uses += [("Decrypt", self._key, secret)]
        if call.operation == "PutSecretValue":
            uses += [(action, self._key, secret) for action in ("GenerateDataKey", "Decrypt")]
        # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html
        if added:
            uses += [("Decrypt", self._key, secret)]
        for region, key in self._copy_keys.items():
            if region in added or call.operation == "PutSecretValue":
                copy = secret.replace(f":{call.region}:", f":{region}:")
                uses += [(action, key, copy) for action in ("Encrypt", "GenerateDataKey")]
        # The AWS managed key needs no permission.
        for action, key, context in uses:
            if not key:
                continue
            yield Permission(
                f"kms:{action}",
                key,
                {
                    "kms:ViaService": f"secretsmanager.{key.split(':')[3]}.amazonaws.com",
                    "kms:EncryptionContext:SecretARN": context,
                },
            )

    def _of_kms(self, call: Call, given: Mapping[str, Any]) -> Iterator[Permission]:
        action = f"kms:{call.operation}"
        named = given.get("KeyId") or given.get("TargetKeyId") or _NO_KEY
        # AWS checks the key that an alias names.
        key = named if named.startswith("arn:") else self._arn(call, f"key/{named}")
        key = re.sub("key/alias/.*", f"key/{_NO_KEY}", key)
        if call.operation == "CreateKey":
            specification = {
                "kms:KeySpec": given["CustomerMasterKeySpec"],
                "kms:KeyUsage": given["KeyUsage"],
            }
            yield Permission(action, "*", specification)
            # https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
            if given.get("Tags"):
                yield Permission("kms:TagResource", key)
        elif call.operation == "ListAliases":
            yield Permission(action, "*")
        else:
            # https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
            if alias := given.get("AliasName"):
                yield Permission(action, self._arn(call, alias))
            yield Permission(action, key)

    def _of_lambda(self, call: Call, given: Mapping[str, Any]) -> Iterator[Permission]:
        function = given.get("FunctionName") or given["Resource"]
        if not function.startswith("arn:"):
            function = self._arn(call, f"function:{function}")
        allowed = {"lambda:Principal": given["Principal"]} if "Principal" in given else {}
        yield Permission(f"lambda:{call.operation}", function, allowed)
        if call.operation == "CreateFunction":
            if given.get("Tags"):
                yield Permission("lambda:TagResource", function)
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
            to_lambda = {"iam:PassedToService": "lambda.amazonaws.com"}
            yield Permission("iam:PassRole", given["Role"], to_lambda)
            # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
            for what in ("SecurityGroups", "Subnets", "Vpcs"):
                yield Permission(f"ec2:Describe{what}", "*")

    def _of_iam(self, call: Call, given: Mapping[str, Any]) -> Iterator[Permission]:
        role = f"arn:aws:iam::{self._account}:role/{given['RoleName']}"
        yield Permission(f"iam:{call.operation}", role)
        if call.operation == "CreateRole" and _has_tags(given):
            yield Permission("iam:TagRole", role)

    def _of_ec2(self, call: Call, given: Mapping[str, Any]) -> Iterator[Permission]:
        action = f"ec2:{call.operation}"
        if call.operation == "DescribeVpcAttribute":
            yield Permission(action, self._arn(call, f"vpc/{given['VpcId']}"))
            return
        if call.operation.startswith("Describe"):
            yield Permission(action, "*")
            return
        self._vpc = given.get("VpcId", self._vpc)
        if service := given.get("ServiceName"):
            self._services.append(service)
        vpc = self._arn(call, f"vpc/{self._vpc}")
        group = self._arn(call, f"security-group/{given.get('GroupId', 'sg-0')}")
        endpoint = self._arn(call, "vpc-endpoint/vpce-0")
        match call.operation:
            case "CreateSecurityGroup":
                yield from (Permission(action, each) for each in (group, vpc))
            case "ModifySecurityGroupRules":
                yield Permission(action, group)
                yield Permission(action, self._arn(call, "security-group-rule/sgr-0"))
            case "CreateVpcEndpoint":
                subnet = self._arn(call, "subnet/subnet-0")
                yield from (Permission(action, each) for each in (vpc, subnet, group))
                yield Permission(action, endpoint, {"ec2:VpceServiceName": given["ServiceName"]})
            case "ModifyVpcEndpoint":
                yield Permission(action, endpoint)
                if added := given.get("AddSubnetId.1"):
                    yield Permission(action, self._arn(call, f"subnet/{added}"))
            case "DeleteVpcEndpoints":
                for each in self._services:
                    yield Permission(action, endpoint, {"ec2:VpceServiceName": each})
            case "CreateTags" | "DeleteTags":
                kind = _EC2_KINDS[given["ResourceId.1"].partition("-")[0]]
                yield Permission(action, self._arn(call, f"{kind}/{given['ResourceId.1']}"))
            case _:
                yield Permission(action, group, {"ec2:Vpc": vpc})
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
        if tagged := given.get("TagSpecification.1.ResourceType"):
            yield Permission("ec2:CreateTags", self._arn(call, f"{tagged}/new"))

    def _of_logs(self, call: Call, given: Mapping[str, Any]) -> Iterator[Permission]:
        if call.operation == "DescribeLogGroups":
            yield Permission("logs:DescribeLogGroups", "*")
            return
        group = given.get("resourceArn") or self._arn(call, f"log-group:{given['logGroupName']}")
        # Except for tags, the ARN of a log group includes its streams.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
        if "logGroupName" in given:
            group += ":log-stream:"
        yield Permission(f"logs:{call.operation}", group)
        if call.operation == "CreateLogGroup" and given.get("tags"):
            yield Permission("logs:TagResource", group)

    def _of_cloudwatch(self, call: Call, given: Mapping[str, Any]) -> Iterator[Permission]:
        # AWS checks DescribeAlarms on all alarms, also with names: "any" is for that.
        named = given.get("AlarmName") or given.get("AlarmNames.member.1")
        name = "any" if call.operation == "DescribeAlarms" else named
        alarm = given.get("ResourceARN") or self._arn(call, f"alarm:{name}")
        yield Permission(f"cloudwatch:{call.operation}", alarm)
        if call.operation == "PutMetricAlarm" and _has_tags(given):
            yield Permission("cloudwatch:TagResource", alarm)

    def _of_events(self, call: Call, given: Mapping[str, Any]) -> Iterator[Permission]:
        name = given.get("Rule") or given.get("Name")
        rule = given.get("ResourceARN") or self._arn(call, f"rule/{name}")
        yield Permission(f"events:{call.operation}", rule)
        if call.operation == "PutRule" and given.get("Tags"):
            yield Permission("events:TagResource", rule)

    def _of_sns(self, call: Call, given: Mapping[str, Any]) -> Iterator[Permission]:
        named = given.get("TopicArn") or given.get("ResourceArn") or given.get("SubscriptionArn")
        # The ARN of a subscription is that of its topic, followed by an ID.
        topic = ":".join(named.split(":")[:6]) if named else self._arn(call, given["Name"])
        yield Permission(f"sns:{call.operation}", topic)
        if call.operation == "CreateTopic" and _has_tags(given):
            yield Permission("sns:TagResource", topic)

    def _arn(self, call: Call, resource: str) -> str:
        return f"arn:aws:{call.service}:{call.region}:{self._account}:{resource}"


def policies(**filled_in: str) -> dict[str, Document]:
    """Return policies/terraform-policy*.json by name, for tests/fixtures/permissions/main.tf.

    They lack the statement that the engine cannot decide.
    """
    words = {**_WORDS, **filled_in}
    pattern = re.compile("|".join(sorted(words, key=len, reverse=True)))
    documents = {
        file.stem: json.loads(pattern.sub(lambda found: words[found[0]], file.read_text()))
        for file in FILES
    }
    for document in documents.values():
        statements = document["Statement"]
        document["Statement"] = [each for each in statements if each["Sid"] != NOT_DECIDED]
    return documents


def unseen(account: str, vpc: str) -> list[Permission]:
    """Return permissions for calls of Terraform and AWS that no emulator can show."""
    text = (FOLDER / "unseen.toml").read_text()
    text = text.replace("ACCOUNT_ID", account).replace("VPC_ID", vpc)
    return [
        Permission(action, resource, group.get("context", {}))
        for group in tomllib.loads(text)["permissions"]
        for action in group["actions"]
        for resource in group["resources"]
    ]


def rows() -> list[tuple[str, ...]]:
    """Return heading and rows of the table in docs/security.md: each statement of the policies."""
    statements = {
        statement["Sid"]: statement
        for file in FILES
        for statement in json.loads(file.read_text())["Statement"]
    }
    result: list[tuple[str, ...]] = [("statement", "actions", "on", "why")]
    for sid, reason in REASONS.items():
        action, resource = statements[sid]["Action"], statements[sid]["Resource"]
        actions = [action] if isinstance(action, str) else action
        service = actions[0].partition(":")[0]
        names = [actions[0], *(name.removeprefix(f"{service}:") for name in actions[1:])]
        resources = [resource] if isinstance(resource, str) else resource
        result.append(
            (
                sid,
                ", ".join(f"`{each}`" for each in names),
                ", ".join(f"`{each.split(':', 5)[-1]}`" for each in resources),
                reason,
            )
        )
    return result


def strange(permission: Permission) -> Iterator[Permission]:
    """Yield permissions that differ in one part and that Terraform does not need."""
    action, resource, context = permission.action, permission.resource, permission.context
    if other_action := strange_action(action, resource):
        sent = {key: value for key, value in context.items() if sends(other_action, key)}
        yield Permission(other_action, resource, sent)
    for own, other in _STRANGE_PLACES:
        if own in resource:
            yield Permission(action, resource.replace(own, other), context)
    for own, other in _STRANGE_NAMES:
        elsewhere = {key: value.replace(own, other) for key, value in context.items()}
        if own in resource or elsewhere != context:
            yield Permission(action, resource.replace(own, other), elsewhere)
    for key in context:
        yield Permission(action, resource, {**context, key: _STRANGE_CONTEXT[key]})
        yield Permission(action, resource, {k: v for k, v in context.items() if k != key})


def strange_action(action: str, resource: str) -> str | None:
    """Return an action on the same kind of resource that Terraform does not need."""
    service = action.partition(":")[0]
    kind = re.split("[:/]", resource.split(":", 5)[-1])[0]
    return _STRANGE_ACTIONS.get(f"{service}:{kind}") or _STRANGE_ACTIONS.get(f"{service}:")


def _has_tags(given: Mapping[str, Any]) -> bool:
    return any(name.startswith("Tags.") for name in given)
