"""What AWS's documentation says IAM decides, each with the page that says so.

The policies are our own, as small as the rule allows. Where the engine decides otherwise than AWS,
`refusal` has words of the EngineError that stands in for its decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from iam.engine import Document, Policies, Request

IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
EVALUATION = IAM + "reference_policies_evaluation-logic_policy-eval-denyallow.html"
SINGLE_ACCOUNT = IAM + "reference_policies_evaluation-logic_policy-eval-basics.html"
EXPLICIT_AND_IMPLICIT = (
    IAM + "reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html"
)
CROSS_ACCOUNT = IAM + "reference_policies_evaluation-logic-cross-account.html"
BOUNDARIES = IAM + "access_policies_boundaries.html"
SESSION_POLICIES = IAM + "access_policies.html#policies_session"
PRINCIPAL = IAM + "reference_policies_elements_principal.html"
NOT_PRINCIPAL = IAM + "reference_policies_elements_notprincipal.html"
CONFUSED_DEPUTY = IAM + "confused-deputy.html"
ACTION = IAM + "reference_policies_elements_action.html"
NOT_ACTION = IAM + "reference_policies_elements_notaction.html"
NOT_RESOURCE = IAM + "reference_policies_elements_notresource.html"
OPERATORS = IAM + "reference_policies_elements_condition_operators.html"
SEVERAL = IAM + "reference_policies_condition-logic-multiple-context-keys-or-values.html"
SETS = IAM + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
VARIABLES = IAM + "reference_policies_variables.html"

ORGANIZATIONS = "https://docs.aws.amazon.com/organizations/latest/userguide/"
SERVICE_CONTROL = ORGANIZATIONS + "orgs_manage_policies_scps.html"
RESOURCE_CONTROL = ORGANIZATIONS + "orgs_manage_policies_rcps.html"

KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/"
DEFAULT_KEY_POLICY = KMS + "key-policy-default.html"
KEY_IN_OTHER_ACCOUNT = KMS + "key-policy-modifying-external-accounts.html"
KMS_CONDITIONS = KMS + "conditions-kms.html"

SECRETS_MANAGER = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/"
IDENTITY_POLICIES = SECRETS_MANAGER + "auth-and-access_iam-policies.html"
RESOURCE_POLICIES = SECRETS_MANAGER + "auth-and-access_resource-policies.html"
SECRET_IN_OTHER_ACCOUNT = SECRETS_MANAGER + "auth-and-access_examples_cross.html"
VPC_ENDPOINTS = SECRETS_MANAGER + "vpc-endpoint-overview.html"

ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"
ACCOUNT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
OTHER_ACCOUNT_ARN = f"arn:aws:iam::{OTHER_ACCOUNT}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/one"
USER = f"arn:aws:iam::{ACCOUNT}:user/carlos"
OTHER_ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/app"
OTHER_USER = f"arn:aws:iam::{OTHER_ACCOUNT}:user/carlos"
SERVICE = "appflow.amazonaws.com"
FLOW = f"arn:aws:appflow:us-east-1:{ACCOUNT}:flow/nightly"

READ = "secretsmanager:GetSecretValue"
TAG = "secretsmanager:TagResource"
DECRYPT = "kms:Decrypt"
SECRETS = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:"
SECRET = f"{SECRETS}orders-AbCdEf"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"

type Context = Mapping[str, str | Sequence[str]]
type Condition = Mapping[str, Context]
type Decided = Literal["allowed", "explicitly denied", "implicitly denied"]

NONE = Policies()


@dataclass(frozen=True)
class Example:
    """A request and what AWS decides on it. Its rule and the URL of its page tell why."""

    rule: str
    page: str
    decision: Decided
    principal: str = ROLE
    action: str = READ
    resource: str = SECRET
    context: Context = field(default_factory=dict)
    policies: Policies = NONE
    refusal: str = ""

    @property
    def request(self) -> Request:
        """The request; its resource belongs to ACCOUNT."""
        return Request(self.principal, self.action, self.resource, ACCOUNT, self.context)


def policy(*statements: Document) -> Document:
    """A document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(
    action: str | Sequence[str] = READ,
    resource: str | Sequence[str] = "*",
    *,
    to: object = None,
    when: Condition | None = None,
) -> dict[str, object]:
    """A statement that allows; `to` an AWS principal, or to `*` or `{"Service": ...}`."""
    if isinstance(to, str) and to != "*":
        to = {"AWS": to}
    optional = {"Principal": to, "Condition": when}
    return {
        "Effect": "Allow",
        "Action": action,
        "Resource": resource,
        **{name: value for name, value in optional.items() if value is not None},
    }


def deny(
    action: str | Sequence[str] = READ,
    resource: str | Sequence[str] = "*",
    *,
    to: object = None,
    when: Condition | None = None,
) -> dict[str, object]:
    """A statement that denies, with arguments as `allow`."""
    return allow(action, resource, to=to, when=when) | {"Effect": "Deny"}


def by_identity(*statements: Document) -> Policies:
    """One identity-based policy and no other."""
    return Policies(identity=[policy(*statements)])


def by_resource(*statements: Document) -> Policies:
    """One resource-based policy and no other."""
    return Policies(resource=policy(*statements))


ALLOWED = policy(allow())
FULL_ACCESS = policy(allow("*"))

# One account: the buckets of Carlos.
BUCKET, LOGS = "arn:aws:s3:::carlos", "arn:aws:s3:::carlos-logs"
CARLOS = policy(
    allow("s3:*", [BUCKET, f"{BUCKET}/*"]), deny("s3:*", ["arn:aws:s3:::*log*", f"{LOGS}/*"])
)
BUCKET_POLICY = policy(allow("s3:*", [BUCKET, f"{BUCKET}/*"], to=USER))
PUT = "s3:PutObject"
IAM_READER = by_identity(allow(["iam:Get*", "iam:List*"]), deny("iam:*Report"))

# A boundary, session or control policy that does not allow to read a secret.
S3_ALONE = policy(allow("s3:*"))
ORGANIZATION_ONLY = policy(
    deny(
        "secretsmanager:*",
        to="*",
        when={
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-ours"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    )
)
FOR_OUR_FLOWS = by_resource(
    allow(
        to={"Service": SERVICE},
        when={
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": FLOW.replace("nightly", "*")},
        },
    )
)
SPARED_BY_NOT_PRINCIPAL = Policies(
    identity=[ALLOWED],
    resource=policy(
        {
            "Effect": "Deny",
            "NotPrincipal": {"AWS": [ROLE, ACCOUNT_ARN]},
            "Action": READ,
            "Resource": "*",
        }
    ),
)
KEY_TRUSTS_ACCOUNT = policy(allow("kms:*", to=ACCOUNT_ARN))


EXAMPLES = [
    # One account: identity-based and resource-based policies, and the two kinds of denial.
    Example(
        "an explicit deny of the identity wins",
        SINGLE_ACCOUNT,
        "explicitly denied",
        USER,
        PUT,
        resource=f"{LOGS}/file",
        policies=Policies(identity=[CARLOS], resource=BUCKET_POLICY),
    ),
    Example(
        "both policies allow",
        SINGLE_ACCOUNT,
        "allowed",
        USER,
        PUT,
        resource=f"{BUCKET}/file",
        policies=Policies(identity=[CARLOS], resource=BUCKET_POLICY),
    ),
    Example(
        "the resource's policy alone is enough",
        SINGLE_ACCOUNT,
        "allowed",
        USER,
        PUT,
        resource=f"{BUCKET}/file",
        policies=Policies(resource=BUCKET_POLICY),
    ),
    Example(
        "the identity's policy alone is enough",
        SINGLE_ACCOUNT,
        "allowed",
        USER,
        PUT,
        resource=f"{BUCKET}/file",
        policies=Policies(identity=[CARLOS]),
    ),
    Example(
        "an explicit deny of the resource wins",
        SINGLE_ACCOUNT,
        "explicitly denied",
        policies=Policies(identity=[ALLOWED], resource=policy(deny(to="*"))),
    ),
    Example(
        "a wildcard in an action allows what it matches",
        EXPLICIT_AND_IMPLICIT,
        "allowed",
        action="iam:GetRole",
        resource=ROLE,
        policies=IAM_READER,
    ),
    Example(
        "what no statement names is denied implicitly",
        EXPLICIT_AND_IMPLICIT,
        "implicitly denied",
        action="iam:CreatePolicy",
        resource=f"arn:aws:iam::{ACCOUNT}:policy/p",
        policies=IAM_READER,
    ),
    Example(
        "a deny trumps an allow of the same policy",
        EXPLICIT_AND_IMPLICIT,
        "explicitly denied",
        action="iam:GetOrganizationsAccessReport",
        resource="*",
        policies=IAM_READER,
    ),
    Example(
        "a policy added later does not lift an explicit deny",
        EXPLICIT_AND_IMPLICIT,
        "explicitly denied",
        action="iam:GenerateCredentialReport",
        resource="*",
        policies=Policies(
            identity=[*IAM_READER.identity, policy(allow("iam:GenerateCredentialReport"))]
        ),
    ),
    Example("no policy is an implicit deny", EVALUATION, "implicitly denied"),
    Example(
        "the root user may do all",
        EVALUATION,
        "allowed",
        principal=ACCOUNT_ARN,
        refusal="To the root user AWS allows all",
    ),
    # Two accounts.
    Example(
        "an explicit deny in the caller's account is final",
        CROSS_ACCOUNT,
        "explicitly denied",
        principal=OTHER_USER,
        action=PUT,
        resource=f"{LOGS}/file",
        policies=Policies(identity=[CARLOS]),
    ),
    Example(
        "both accounts allow",
        CROSS_ACCOUNT,
        "allowed",
        principal=OTHER_USER,
        policies=Policies(identity=[ALLOWED], resource=policy(allow(to=OTHER_USER))),
    ),
    Example(
        "the resource's account allows less",
        CROSS_ACCOUNT,
        "implicitly denied",
        principal=OTHER_USER,
        action="secretsmanager:DeleteSecret",
        policies=Policies(
            identity=[policy(allow("secretsmanager:*"))], resource=policy(allow(to=OTHER_USER))
        ),
    ),
    Example(
        "the caller's account allows nothing",
        CROSS_ACCOUNT,
        "implicitly denied",
        principal=OTHER_ROLE,
        policies=by_resource(allow(to=OTHER_ROLE)),
    ),
    Example(
        "the resource's account allows nothing",
        CROSS_ACCOUNT,
        "implicitly denied",
        principal=OTHER_ROLE,
        policies=by_identity(allow()),
    ),
    Example(
        "a resource that trusts the whole account needs the identity's policy",
        CROSS_ACCOUNT,
        "allowed",
        principal=OTHER_ROLE,
        policies=Policies(identity=[ALLOWED], resource=policy(allow(to=OTHER_ACCOUNT_ARN))),
    ),
    Example(
        "a resource open to everybody does not stand in for the caller's account",
        CROSS_ACCOUNT,
        "implicitly denied",
        principal=OTHER_ROLE,
        policies=by_resource(allow(to="*")),
    ),
    # Boundaries, and to whom a resource's policy gives more than they allow.
    Example(
        "a boundary limits the identity's policy",
        BOUNDARIES,
        "implicitly denied",
        principal=USER,
        policies=Policies(identity=[ALLOWED], boundary=S3_ALONE),
    ),
    Example(
        "a boundary grants nothing",
        BOUNDARIES,
        "implicitly denied",
        principal=USER,
        policies=Policies(boundary=FULL_ACCESS),
    ),
    Example(
        "boundary and identity allow",
        BOUNDARIES,
        "allowed",
        principal=USER,
        policies=Policies(identity=[ALLOWED], boundary=FULL_ACCESS),
    ),
    Example(
        "boundary, service control policy and identity must all allow",
        BOUNDARIES,
        "implicitly denied",
        policies=Policies(identity=[ALLOWED], boundary=FULL_ACCESS, service_control=[S3_ALONE]),
    ),
    Example(
        "a boundary limits what a resource gives to the role's ARN",
        EVALUATION,
        "implicitly denied",
        principal=SESSION,
        policies=Policies(resource=policy(allow(to=ROLE)), boundary=S3_ALONE),
    ),
    Example(
        "a boundary does not limit what a resource gives to the session's ARN",
        EVALUATION,
        "allowed",
        principal=SESSION,
        policies=Policies(resource=policy(allow(to=SESSION)), boundary=S3_ALONE),
    ),
    Example(
        "a boundary does not limit what a resource gives to the user's ARN",
        EVALUATION,
        "allowed",
        principal=USER,
        policies=Policies(resource=policy(allow(to=USER)), boundary=S3_ALONE),
    ),
    Example(
        "an explicit deny of the boundary limits even that",
        EVALUATION,
        "explicitly denied",
        principal=USER,
        policies=Policies(resource=policy(allow(to=USER)), boundary=policy(deny())),
    ),
    # Session policies.
    Example(
        "a session policy limits the role",
        SESSION_POLICIES,
        "implicitly denied",
        principal=SESSION,
        policies=Policies(identity=[ALLOWED], session=S3_ALONE),
    ),
    Example(
        "a session policy grants nothing",
        SESSION_POLICIES,
        "implicitly denied",
        principal=SESSION,
        policies=Policies(session=FULL_ACCESS),
    ),
    Example(
        "session policy and role allow",
        SESSION_POLICIES,
        "allowed",
        principal=SESSION,
        policies=Policies(identity=[ALLOWED], session=FULL_ACCESS),
    ),
    Example(
        "a session policy limits what a resource gives to the role's ARN",
        SESSION_POLICIES,
        "implicitly denied",
        principal=SESSION,
        policies=Policies(resource=policy(allow(to=ROLE)), session=S3_ALONE),
    ),
    Example(
        "a session policy does not limit what a resource gives to the session's ARN",
        SESSION_POLICIES,
        "allowed",
        principal=SESSION,
        policies=Policies(resource=policy(allow(to=SESSION)), session=S3_ALONE),
        refusal="a session policy does not limit",
    ),
    # Organizations.
    Example(
        "no service control policy allows",
        SERVICE_CONTROL,
        "implicitly denied",
        policies=Policies(identity=[FULL_ACCESS], service_control=[S3_ALONE]),
    ),
    Example(
        "a service control policy denies",
        SERVICE_CONTROL,
        "explicitly denied",
        policies=Policies(identity=[FULL_ACCESS], service_control=[FULL_ACCESS, policy(deny())]),
    ),
    Example(
        "a service control policy grants nothing",
        SERVICE_CONTROL,
        "implicitly denied",
        policies=Policies(service_control=[FULL_ACCESS]),
    ),
    Example(
        "a service control policy holds for users and roles, not for a service",
        SERVICE_CONTROL,
        "allowed",
        principal=SERVICE,
        policies=Policies(
            resource=policy(allow(to={"Service": SERVICE})),
            service_control=[FULL_ACCESS, policy(deny())],
        ),
        refusal="no service control, boundary or session policy holds for a service",
    ),
    Example(
        "a resource control policy keeps out who is not of the organization",
        RESOURCE_CONTROL,
        "explicitly denied",
        principal=OTHER_ROLE,
        context={"aws:PrincipalOrgID": "o-other"},
        policies=Policies(
            identity=[ALLOWED],
            resource=policy(allow(to=OTHER_ROLE)),
            resource_control=[ORGANIZATION_ONLY],
        ),
    ),
    Example(
        "a resource control policy lets in who is of the organization",
        RESOURCE_CONTROL,
        "allowed",
        context={"aws:PrincipalOrgID": "o-ours"},
        policies=Policies(identity=[ALLOWED], resource_control=[ORGANIZATION_ONLY]),
    ),
    Example(
        "a resource control policy may exempt services",
        RESOURCE_CONTROL,
        "allowed",
        principal=SERVICE,
        policies=Policies(
            resource=policy(allow(to={"Service": SERVICE})), resource_control=[ORGANIZATION_ONLY]
        ),
    ),
    # Principals of a resource's policy.
    Example(
        "the account's ARN leaves it to the identity's policy",
        PRINCIPAL,
        "implicitly denied",
        policies=by_resource(allow(to=ACCOUNT_ARN)),
    ),
    Example(
        "an account's number is its ARN",
        PRINCIPAL,
        "allowed",
        principal=OTHER_ROLE,
        policies=Policies(identity=[ALLOWED], resource=policy(allow(to=OTHER_ACCOUNT))),
    ),
    Example(
        "a role's ARN stands for its sessions",
        PRINCIPAL,
        "allowed",
        principal=SESSION,
        policies=by_resource(allow(to=ROLE)),
    ),
    Example(
        "a deny to a role's ARN holds for its sessions",
        PRINCIPAL,
        "explicitly denied",
        principal=SESSION,
        policies=Policies(identity=[ALLOWED], resource=policy(deny(to=ROLE))),
    ),
    Example(
        "a session's ARN stands for that session alone",
        PRINCIPAL,
        "implicitly denied",
        principal=f"{SESSION}-more",
        policies=by_resource(allow(to=SESSION)),
    ),
    Example(
        "one of several principals is enough",
        PRINCIPAL,
        "allowed",
        policies=by_resource(allow(to={"AWS": [USER, ROLE]})),
    ),
    Example(
        "the name of a user is case sensitive",
        PRINCIPAL,
        "implicitly denied",
        principal=USER,
        policies=by_resource(allow(to=USER.replace("carlos", "Carlos"))),
    ),
    Example(
        "a wildcard in a principal's name stands for nobody",
        PRINCIPAL,
        "implicitly denied",
        policies=by_resource(allow(to=f"arn:aws:iam::{ACCOUNT}:role/*")),
        refusal="names no principal",
    ),
    Example(
        "aws:PrincipalArn is the role's ARN, not the session's",
        PRINCIPAL,
        "allowed",
        principal=SESSION,
        context={"aws:PrincipalArn": ROLE},
        policies=by_resource(allow(to="*", when={"ArnEquals": {"aws:PrincipalArn": ROLE}})),
    ),
    Example(
        "a boundary does not limit what a resource gives by aws:PrincipalArn",
        PRINCIPAL,
        "allowed",
        principal=SESSION,
        context={"aws:PrincipalArn": ROLE},
        policies=Policies(
            resource=policy(allow(to="*", when={"ArnEquals": {"aws:PrincipalArn": ROLE}})),
            boundary=S3_ALONE,
        ),
    ),
    Example(
        "a session policy does not limit what a resource gives by aws:PrincipalArn",
        PRINCIPAL,
        "allowed",
        principal=SESSION,
        context={"aws:PrincipalArn": ROLE},
        policies=Policies(
            resource=policy(allow(to="*", when={"ArnEquals": {"aws:PrincipalArn": ROLE}})),
            session=S3_ALONE,
        ),
        refusal="a session policy does not limit",
    ),
    Example(
        "everybody is written in two ways",
        PRINCIPAL,
        "explicitly denied",
        policies=Policies(identity=[ALLOWED], resource=policy(deny(to={"AWS": "*"}))),
    ),
    Example(
        "a service is not an AWS principal of its account",
        PRINCIPAL,
        "implicitly denied",
        principal=SERVICE,
        policies=by_resource(allow(to=ACCOUNT_ARN)),
    ),
    Example(
        "a service acts for the account that is named",
        CONFUSED_DEPUTY,
        "allowed",
        principal=SERVICE,
        context={"aws:SourceAccount": ACCOUNT, "aws:SourceArn": FLOW},
        policies=FOR_OUR_FLOWS,
    ),
    Example(
        "a service does not act for another account",
        CONFUSED_DEPUTY,
        "implicitly denied",
        principal=SERVICE,
        context={
            "aws:SourceAccount": OTHER_ACCOUNT,
            "aws:SourceArn": FLOW.replace(ACCOUNT, OTHER_ACCOUNT),
        },
        policies=FOR_OUR_FLOWS,
    ),
    Example(
        "another service is not allowed",
        CONFUSED_DEPUTY,
        "implicitly denied",
        principal="events.amazonaws.com",
        context={"aws:SourceAccount": ACCOUNT, "aws:SourceArn": FLOW},
        policies=FOR_OUR_FLOWS,
    ),
    Example(
        "NotPrincipal with Deny spares who is named",
        NOT_PRINCIPAL,
        "allowed",
        policies=SPARED_BY_NOT_PRINCIPAL,
        refusal="NotPrincipal: write ArnNotEquals on aws:PrincipalArn",
    ),
    Example(
        "NotPrincipal with Deny denies all others",
        NOT_PRINCIPAL,
        "explicitly denied",
        principal=USER,
        policies=SPARED_BY_NOT_PRINCIPAL,
        refusal="NotPrincipal: write ArnNotEquals on aws:PrincipalArn",
    ),
    # Actions and resources.
    Example(
        "actions are not case sensitive",
        ACTION,
        "allowed",
        policies=by_identity(allow("SecretsManager:getsecretvalue")),
    ),
    Example(
        "NotAction allows all else",
        NOT_ACTION,
        "allowed",
        policies=by_identity(
            {"Effect": "Allow", "NotAction": "secretsmanager:DeleteSecret", "Resource": "*"}
        ),
    ),
    Example(
        "NotAction does not allow what it names, and does not deny it",
        NOT_ACTION,
        "implicitly denied",
        policies=by_identity({"Effect": "Allow", "NotAction": READ, "Resource": "*"}),
    ),
    Example(
        "NotAction with Deny denies all else",
        NOT_ACTION,
        "explicitly denied",
        policies=by_identity(
            allow(), {"Effect": "Deny", "NotAction": "secretsmanager:ListSecrets", "Resource": "*"}
        ),
    ),
    Example(
        "NotResource with Deny denies all but what it names",
        NOT_RESOURCE,
        "explicitly denied",
        policies=by_identity(
            allow(), {"Effect": "Deny", "Action": READ, "NotResource": f"{SECRETS}payments-??????"}
        ),
    ),
    Example(
        "NotResource with Deny spares what it names",
        NOT_RESOURCE,
        "allowed",
        policies=by_identity(
            allow(), {"Effect": "Deny", "Action": READ, "NotResource": f"{SECRETS}orders-??????"}
        ),
    ),
]


def allows_when(
    rule: str,
    page: str,
    decision: Decided,
    condition: Condition,
    context: Context | None = None,
    *,
    principal: str = ROLE,
    action: str = READ,
    resource: str = SECRET,
) -> Example:
    """An example of an identity that is allowed to do it when the condition holds."""
    policies = by_identity(allow(action, when=condition))
    return Example(rule, page, decision, principal, action, resource, context or {}, policies)


def denies_when(
    rule: str, page: str, decision: Decided, condition: Condition, context: Context | None = None
) -> Example:
    """An example of an identity that is allowed to read, but not when the condition holds."""
    policies = by_identity(allow(), deny(when=condition))
    return Example(rule, page, decision, context=context or {}, policies=policies)


TEAM = "aws:PrincipalTag/Team"
ENDPOINT = "aws:SourceVpce"
ISSUED = "aws:TokenIssueTime"
NEW_TOKEN = {"DateGreaterThan": {ISSUED: "2026-01-01T00:00:00Z"}}
OFFICE = ["203.0.113.0/24", "2001:db8:1234:5678::/64"]
FIRST_TEN = {"NumericLessThanEquals": {"s3:max-keys": "10"}}
LIST = "s3:ListBucket"
# The pattern and the ARN by which the page tells the operators for ARNs from those for strings.
FINANCE = f"arn:aws:someservice:*:{ACCOUNT}:finance/*"
STORE = f"arn:aws:someservice:us-east-2:{OTHER_ACCOUNT}:store/abc:{ACCOUNT}:finance/document.txt"

SAME_TEAM = {"StringEquals": {"aws:ResourceTag/Team": f"${{{TEAM}}}"}}
TAGS = {"aws:TagKeys": ["Team", "Environment"]}
ALL, ANY = {"ForAllValues:StringEquals": TAGS}, {"ForAnyValue:StringEquals": TAGS}

EXAMPLES += [
    allows_when(
        "StringEquals is case sensitive",
        OPERATORS,
        "implicitly denied",
        {"StringEquals": {TEAM: "Orders"}},
        {TEAM: "orders"},
    ),
    allows_when(
        "StringEqualsIgnoreCase is not",
        OPERATORS,
        "allowed",
        {"StringEqualsIgnoreCase": {TEAM: "Orders"}},
        {TEAM: "orders"},
    ),
    allows_when(
        "StringLike has wildcards",
        OPERATORS,
        "allowed",
        {"StringLike": {TEAM: "?rder*"}},
        {TEAM: "orders"},
    ),
    allows_when(
        "StringLike is case sensitive",
        OPERATORS,
        "implicitly denied",
        {"StringLike": {TEAM: "O*"}},
        {TEAM: "orders"},
    ),
    allows_when(
        "StringLike matches the whole",
        OPERATORS,
        "implicitly denied",
        {"StringLike": {TEAM: "order"}},
        {TEAM: "orders"},
    ),
    allows_when(
        "StringEquals has no wildcards",
        OPERATORS,
        "implicitly denied",
        {"StringEquals": {TEAM: "order*"}},
        {TEAM: "orders"},
    ),
    allows_when(
        "an operator does not hold without its key",
        OPERATORS,
        "implicitly denied",
        {"StringEquals": {TEAM: "orders"}},
    ),
    denies_when(
        "a negated operator holds without its key",
        OPERATORS,
        "explicitly denied",
        {"StringNotEquals": {ENDPOINT: "vpce-1"}},
    ),
    denies_when(
        "a negated operator does not hold for its value",
        OPERATORS,
        "allowed",
        {"StringNotEquals": {ENDPOINT: "vpce-1"}},
        {ENDPOINT: "vpce-1"},
    ),
    denies_when(
        "StringNotLike holds for what its pattern does not match",
        OPERATORS,
        "explicitly denied",
        {"StringNotLike": {TEAM: "order*"}},
        {TEAM: "payments"},
    ),
    allows_when(
        "IfExists holds without the key",
        OPERATORS,
        "allowed",
        {"StringEqualsIfExists": {TEAM: "orders"}},
    ),
    allows_when(
        "IfExists asks for the value when there is one",
        OPERATORS,
        "implicitly denied",
        {"StringEqualsIfExists": {TEAM: "orders"}},
        {TEAM: "payments"},
    ),
    allows_when(
        "IfExists leaves the other conditions in force",
        OPERATORS,
        "implicitly denied",
        {"StringEqualsIfExists": {TEAM: "orders"}, "StringEquals": {ENDPOINT: "vpce-1"}},
    ),
    denies_when(
        "a negated IfExists in a deny denies without the key",
        OPERATORS,
        "explicitly denied",
        {"StringNotEqualsIfExists": {TEAM: "orders"}},
    ),
    allows_when(
        "Null true holds without the key",
        OPERATORS,
        "allowed",
        {"Null": {ISSUED: "true"}},
    ),
    allows_when(
        "Null true does not hold with it",
        OPERATORS,
        "implicitly denied",
        {"Null": {ISSUED: "true"}},
        {ISSUED: "2026-02-01T00:00:00Z"},
    ),
    allows_when(
        "Null false asks for the key",
        OPERATORS,
        "implicitly denied",
        {"Null": {ISSUED: "false"}},
    ),
    allows_when(
        "NumericLessThanEquals holds up to its value",
        OPERATORS,
        "allowed",
        FIRST_TEN,
        {"s3:max-keys": "10"},
        action=LIST,
        resource=BUCKET,
    ),
    allows_when(
        "NumericLessThanEquals does not hold above it, and compares no texts",
        OPERATORS,
        "implicitly denied",
        {"NumericLessThanEquals": {"s3:max-keys": "9"}},
        {"s3:max-keys": "10"},
        action=LIST,
        resource=BUCKET,
    ),
    allows_when(
        "DateGreaterThan holds after its time",
        OPERATORS,
        "allowed",
        NEW_TOKEN,
        {ISSUED: "2026-01-01T00:00:01Z"},
    ),
    allows_when(
        "DateGreaterThan does not hold before it",
        OPERATORS,
        "implicitly denied",
        NEW_TOKEN,
        {ISSUED: "2025-12-31T23:59:59Z"},
    ),
    allows_when(
        "DateGreaterThan does not hold without a time",
        OPERATORS,
        "implicitly denied",
        NEW_TOKEN,
        principal=USER,
    ),
    Example(
        "a date may be written in seconds since 1970",
        OPERATORS,
        "implicitly denied",
        context={ISSUED: "2025-12-31T23:59:59Z"},
        policies=by_identity(allow(when={"DateGreaterThan": {ISSUED: "1767225600"}})),
        refusal="misreads seconds",
    ),
    denies_when(
        "Bool denies what comes without TLS",
        OPERATORS,
        "explicitly denied",
        {"Bool": {"aws:SecureTransport": "false"}},
        {"aws:SecureTransport": "false"},
    ),
    denies_when(
        "Bool lets pass what comes with TLS",
        OPERATORS,
        "allowed",
        {"Bool": {"aws:SecureTransport": "false"}},
        {"aws:SecureTransport": "true"},
    ),
    allows_when(
        "IpAddress holds in its range",
        OPERATORS,
        "allowed",
        {"IpAddress": {"aws:SourceIp": OFFICE}},
        {"aws:SourceIp": "203.0.113.17"},
    ),
    allows_when(
        "IpAddress holds in its range of version 6",
        OPERATORS,
        "allowed",
        {"IpAddress": {"aws:SourceIp": OFFICE}},
        {"aws:SourceIp": "2001:db8:1234:5678::17"},
    ),
    allows_when(
        "IpAddress does not hold outside",
        OPERATORS,
        "implicitly denied",
        {"IpAddress": {"aws:SourceIp": OFFICE}},
        {"aws:SourceIp": "203.0.114.17"},
    ),
    allows_when(
        "IpAddress does not hold through a VPC endpoint, where there is no aws:SourceIp",
        OPERATORS,
        "implicitly denied",
        {"IpAddress": {"aws:SourceIp": OFFICE}},
        {ENDPOINT: "vpce-1"},
    ),
    allows_when(
        "an address without prefix is one address",
        OPERATORS,
        "implicitly denied",
        {"IpAddress": {"aws:SourceIp": "203.0.113.17"}},
        {"aws:SourceIp": "203.0.113.18"},
    ),
    denies_when(
        "NotIpAddress holds outside",
        OPERATORS,
        "explicitly denied",
        {"NotIpAddress": {"aws:SourceIp": OFFICE}},
        {"aws:SourceIp": "203.0.114.17"},
    ),
    allows_when(
        "StringLike matches across the parts of an ARN",
        OPERATORS,
        "allowed",
        {"StringLike": {"aws:SourceArn": FINANCE}},
        {"aws:SourceArn": STORE},
    ),
    allows_when(
        "ArnLike matches each part of an ARN by itself",
        OPERATORS,
        "implicitly denied",
        {"ArnLike": {"aws:SourceArn": FINANCE}},
        {"aws:SourceArn": STORE},
    ),
    allows_when(
        "ArnEquals has wildcards as ArnLike",
        OPERATORS,
        "allowed",
        {"ArnEquals": {"aws:SourceArn": FLOW.replace("nightly", "*")}},
        {"aws:SourceArn": FLOW},
    ),
    allows_when(
        "ArnLike is case sensitive",
        OPERATORS,
        "implicitly denied",
        {"ArnLike": {"aws:SourceArn": FLOW}},
        {"aws:SourceArn": FLOW.replace("nightly", "Nightly")},
    ),
    denies_when(
        "ArnNotEquals spares the role that it names",
        OPERATORS,
        "allowed",
        {"ArnNotEquals": {"aws:PrincipalArn": ROLE}},
    ),
    denies_when(
        "ArnNotEquals denies all others",
        OPERATORS,
        "explicitly denied",
        {"ArnNotEquals": {"aws:PrincipalArn": USER}},
    ),
    # Several operators, keys and values.
    allows_when(
        "all operators must hold",
        SEVERAL,
        "implicitly denied",
        {"StringEquals": {TEAM: "orders"}, "StringLike": {ENDPOINT: "vpce-*"}},
        {TEAM: "orders"},
    ),
    allows_when(
        "all keys of an operator must match",
        SEVERAL,
        "implicitly denied",
        {"StringEquals": {TEAM: "orders", ENDPOINT: "vpce-1"}},
        {TEAM: "orders", ENDPOINT: "vpce-2"},
    ),
    allows_when(
        "all that is asked for is there",
        SEVERAL,
        "allowed",
        {"StringEquals": {TEAM: "orders"}, "StringLike": {ENDPOINT: "vpce-*"}},
        {TEAM: "orders", ENDPOINT: "vpce-1"},
    ),
    allows_when(
        "one of several values is enough",
        SEVERAL,
        "allowed",
        {"StringEquals": {TEAM: ["payments", "orders"]}},
        {TEAM: "orders"},
    ),
    denies_when(
        "a negated operator holds if no value matches",
        SEVERAL,
        "explicitly denied",
        {"StringNotEquals": {TEAM: ["payments", "orders"]}},
        {TEAM: "marketing"},
    ),
    denies_when(
        "a negated operator does not hold if one value matches",
        SEVERAL,
        "allowed",
        {"StringNotEquals": {TEAM: ["payments", "orders"]}},
        {TEAM: "orders"},
    ),
    denies_when(
        "a deny with several operators denies only when all hold",
        SEVERAL,
        "allowed",
        {"StringNotEquals": {ENDPOINT: "vpce-1"}, "Bool": {"aws:ViaAWSService": "false"}},
        {"aws:ViaAWSService": "true"},
    ),
    # Keys of several values.
    allows_when(
        "ForAllValues holds if each value is in the list",
        SETS,
        "allowed",
        ALL,
        {"aws:TagKeys": ["Team"]},
        action=TAG,
    ),
    allows_when(
        "ForAllValues does not hold if one is not",
        SETS,
        "implicitly denied",
        ALL,
        {"aws:TagKeys": ["Team", "Owner"]},
        action=TAG,
    ),
    allows_when("ForAllValues holds without the key", SETS, "allowed", ALL, {}, action=TAG),
    allows_when(
        "ForAllValues with Null false does not hold without the key",
        SETS,
        "implicitly denied",
        {**ALL, "Null": {"aws:TagKeys": "false"}},
        {},
        action=TAG,
    ),
    allows_when(
        "ForAnyValue holds if one value is in the list",
        SETS,
        "allowed",
        ANY,
        {"aws:TagKeys": ["Team", "Owner"]},
        action=TAG,
    ),
    allows_when(
        "ForAnyValue does not hold if none is",
        SETS,
        "implicitly denied",
        ANY,
        {"aws:TagKeys": ["Owner"]},
        action=TAG,
    ),
    allows_when(
        "ForAnyValue does not hold without the key", SETS, "implicitly denied", ANY, {}, action=TAG
    ),
    Example(
        "a key of several values needs a set operator",
        SETS,
        "implicitly denied",
        action=TAG,
        context={"aws:TagKeys": ["Team", "Owner"]},
        policies=by_identity(allow(TAG, when={"StringEquals": TAGS})),
        refusal="needs ForAnyValue or ForAllValues",
    ),
    # Policy variables.
    Example(
        "a variable in a resource is the user's name",
        VARIABLES,
        "allowed",
        principal=USER,
        policies=by_identity(allow(READ, SECRETS + "${aws:username}/*")),
        resource=f"{SECRETS}carlos/token-AbCdEf",
    ),
    Example(
        "a variable in a resource is no other user's name",
        VARIABLES,
        "implicitly denied",
        principal=USER,
        policies=by_identity(allow(READ, SECRETS + "${aws:username}/*")),
        resource=f"{SECRETS}maria/token-AbCdEf",
    ),
    Example(
        "a variable that a role does not have matches nothing",
        VARIABLES,
        "implicitly denied",
        policies=by_identity(allow(READ, SECRETS + "${aws:username}*")),
    ),
    Example(
        "a variable has a default",
        VARIABLES,
        "allowed",
        policies=by_identity(allow(READ, SECRETS + "${aws:username, 'orders'}-??????")),
    ),
    allows_when(
        "a tag of the caller is compared with that of the secret",
        VARIABLES,
        "allowed",
        SAME_TEAM,
        {TEAM: "orders", "aws:ResourceTag/Team": "orders"},
    ),
    allows_when(
        "a tag of the caller differs from that of the secret",
        VARIABLES,
        "implicitly denied",
        SAME_TEAM,
        {TEAM: "payments", "aws:ResourceTag/Team": "orders"},
    ),
    allows_when(
        "a caller without tag is not compared",
        VARIABLES,
        "implicitly denied",
        SAME_TEAM,
        {"aws:ResourceTag/Team": "orders"},
    ),
    allows_when(
        "the names of keys are not case sensitive",
        VARIABLES,
        "allowed",
        {"StringEquals": {"AWS:principaltag/team": "orders"}},
        {TEAM: "orders"},
    ),
    Example(
        "without a version a variable is plain text",
        VARIABLES,
        "implicitly denied",
        principal=USER,
        policies=Policies(identity=[{"Statement": [allow(READ, SECRETS + "${aws:username}/*")]}]),
        resource=f"{SECRETS}carlos/token-AbCdEf",
        refusal="Version is not 2012-10-17",
    ),
]


def decrypts(
    rule: str,
    page: str,
    decision: Decided,
    key_policy: Document,
    *identity: Document,
    context: Context | None = None,
    principal: str = ROLE,
    refusal: str = "",
) -> Example:
    """An example of kms:Decrypt under a key of this policy."""
    policies = Policies(identity=identity, resource=key_policy)
    return Example(rule, page, decision, principal, DECRYPT, KEY, context or {}, policies, refusal)


MAY_DECRYPT = policy(allow(DECRYPT))
VIA_SECRETS_MANAGER = {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}
SECRET_ARN = "kms:EncryptionContext:SecretARN"
FOR_THIS_SECRET = policy(
    allow(DECRYPT, to=ROLE, when={"StringLike": {SECRET_ARN: f"{SECRETS}orders-??????"}})
)
CONTEXT_KEYS = "kms:EncryptionContextKeys"

EXAMPLES += [
    decrypts(
        "a key whose policy does not trust the account passes over identity policies",
        DEFAULT_KEY_POLICY,
        "implicitly denied",
        policy(allow("kms:*", to=USER)),
        MAY_DECRYPT,
    ),
    decrypts(
        "a key that trusts the account leaves it to identity policies",
        DEFAULT_KEY_POLICY,
        "allowed",
        KEY_TRUSTS_ACCOUNT,
        MAY_DECRYPT,
    ),
    decrypts(
        "a key that trusts the account allows nobody by itself",
        DEFAULT_KEY_POLICY,
        "implicitly denied",
        KEY_TRUSTS_ACCOUNT,
    ),
    decrypts(
        "a key's policy alone is enough for whom it names",
        DEFAULT_KEY_POLICY,
        "allowed",
        policy(allow(DECRYPT, to=ROLE)),
    ),
    decrypts(
        "a key administrator does not use the key",
        DEFAULT_KEY_POLICY,
        "implicitly denied",
        policy(allow(["kms:Describe*", "kms:Put*", "kms:ScheduleKeyDeletion"], to=ROLE)),
    ),
    decrypts(
        "a key's account is not enough in another account",
        KEY_IN_OTHER_ACCOUNT,
        "implicitly denied",
        KEY_TRUSTS_ACCOUNT,
        MAY_DECRYPT,
        principal=OTHER_ROLE,
    ),
    decrypts(
        "a key's policy is not enough in another account",
        KEY_IN_OTHER_ACCOUNT,
        "implicitly denied",
        policy(allow(DECRYPT, to=OTHER_ACCOUNT_ARN)),
        principal=OTHER_ROLE,
    ),
    decrypts(
        "key and identity of another account allow",
        KEY_IN_OTHER_ACCOUNT,
        "allowed",
        policy(allow(DECRYPT, to=OTHER_ACCOUNT_ARN)),
        MAY_DECRYPT,
        principal=OTHER_ROLE,
    ),
    decrypts(
        "kms:ViaService holds for the service that it names",
        KMS_CONDITIONS,
        "allowed",
        policy(allow(DECRYPT, to=ROLE, when={"StringEquals": VIA_SECRETS_MANAGER})),
        context=VIA_SECRETS_MANAGER,
    ),
    decrypts(
        "kms:ViaService does not hold for another service",
        KMS_CONDITIONS,
        "implicitly denied",
        policy(allow(DECRYPT, to=ROLE, when={"StringEquals": VIA_SECRETS_MANAGER})),
        context={"kms:ViaService": "s3.us-east-1.amazonaws.com"},
    ),
    decrypts(
        "kms:ViaService does not hold for a direct call",
        KMS_CONDITIONS,
        "implicitly denied",
        policy(allow(DECRYPT, to=ROLE, when={"StringEquals": VIA_SECRETS_MANAGER})),
    ),
    decrypts(
        "a deny by kms:ViaService denies a direct call",
        KMS_CONDITIONS,
        "explicitly denied",
        policy(
            allow(DECRYPT, to=ROLE),
            deny(DECRYPT, to="*", when={"StringNotEquals": VIA_SECRETS_MANAGER}),
        ),
    ),
    decrypts(
        "kms:CallerAccount with kms:ViaService opens a key to an account's use of a service",
        KMS_CONDITIONS,
        "allowed",
        policy(
            allow(
                DECRYPT,
                to={"AWS": "*"},
                when={"StringEquals": {"kms:CallerAccount": ACCOUNT, **VIA_SECRETS_MANAGER}},
            )
        ),
        context={"kms:CallerAccount": ACCOUNT, **VIA_SECRETS_MANAGER},
    ),
    decrypts(
        "kms:CallerAccount keeps out another account",
        KMS_CONDITIONS,
        "implicitly denied",
        policy(
            allow(
                DECRYPT,
                to={"AWS": "*"},
                when={"StringEquals": {"kms:CallerAccount": ACCOUNT, **VIA_SECRETS_MANAGER}},
            )
        ),
        MAY_DECRYPT,
        principal=OTHER_ROLE,
        context={"kms:CallerAccount": OTHER_ACCOUNT, **VIA_SECRETS_MANAGER},
    ),
    decrypts(
        "an encryption context matches",
        KMS_CONDITIONS,
        "allowed",
        FOR_THIS_SECRET,
        context={SECRET_ARN: SECRET},
    ),
    decrypts(
        "an encryption context does not match",
        KMS_CONDITIONS,
        "implicitly denied",
        FOR_THIS_SECRET,
        context={SECRET_ARN: f"{SECRETS}payments-AbCdEf"},
    ),
    decrypts(
        "no encryption context does not match",
        KMS_CONDITIONS,
        "implicitly denied",
        FOR_THIS_SECRET,
    ),
    decrypts(
        "the name in an encryption context's key is not case sensitive",
        KMS_CONDITIONS,
        "allowed",
        FOR_THIS_SECRET,
        context={SECRET_ARN.lower(): SECRET},
        refusal="for one key",
    ),
    decrypts(
        "two pairs of an encryption context must match",
        KMS_CONDITIONS,
        "implicitly denied",
        policy(
            allow(
                DECRYPT,
                to=ROLE,
                when={"StringEquals": {SECRET_ARN: SECRET, "kms:EncryptionContext:Stage": "prod"}},
            )
        ),
        context={SECRET_ARN: SECRET, "kms:EncryptionContext:Stage": "test"},
        refusal="for one key",
    ),
    decrypts(
        "kms:EncryptionContextKeys limits the names of the pairs",
        KMS_CONDITIONS,
        "implicitly denied",
        policy(
            allow(
                DECRYPT,
                to=ROLE,
                when={"ForAllValues:StringEquals": {CONTEXT_KEYS: ["SecretARN"]}},
            )
        ),
        context={CONTEXT_KEYS: ["SecretARN", "SecretVersionId"]},
    ),
    decrypts(
        "kms:EncryptionContextKeys is case sensitive where the pair's key is not",
        KMS_CONDITIONS,
        "implicitly denied",
        policy(
            allow(DECRYPT, to=ROLE, when={"ForAnyValue:StringEquals": {CONTEXT_KEYS: "SecretARN"}})
        ),
        context={CONTEXT_KEYS: ["secretarn"]},
    ),
    decrypts(
        "a set operator on an encryption context is refused by KMS",
        KMS_CONDITIONS,
        "implicitly denied",
        policy(allow(DECRYPT, to=ROLE, when={"ForAllValues:StringEquals": {SECRET_ARN: SECRET}})),
        refusal="has one value: ForAllValues:StringEquals must not be for a set",
    ),
]

MANAGE_FROM_ONE_VPC = Policies(
    identity=[policy(allow("secretsmanager:*"))],
    resource=policy(
        deny(
            ["secretsmanager:Put*", "secretsmanager:Update*", "secretsmanager:TagResource"],
            to="*",
            when={"StringNotEquals": {"aws:SourceVpc": "vpc-manage"}},
        ),
        deny(to="*", when={"StringNotEquals": {"aws:SourceVpc": "vpc-read"}}),
    ),
)
THROUGH_ENDPOINT = Policies(
    identity=[ALLOWED],
    resource=policy(deny(to="*", when={"StringNotEquals": {ENDPOINT: "vpce-1"}})),
)
READ_THROUGH_ENDPOINT = policy(allow(to="*"))

EXAMPLES += [
    Example(
        "a star in the policy of a secret is that secret",
        RESOURCE_POLICIES,
        "allowed",
        policies=by_resource(allow(to=ROLE)),
    ),
    Example(
        "reading does not allow to write",
        RESOURCE_POLICIES,
        "implicitly denied",
        action="secretsmanager:PutSecretValue",
        policies=by_resource(allow(to=ROLE)),
    ),
    Example(
        "a path allows all secrets in it",
        IDENTITY_POLICIES,
        "allowed",
        resource=f"{SECRETS}test/orders-AbCdEf",
        policies=by_identity(allow(READ, f"{SECRETS}test/*")),
    ),
    Example(
        "a path allows no secret outside",
        IDENTITY_POLICIES,
        "implicitly denied",
        policies=by_identity(allow(READ, f"{SECRETS}test/*")),
    ),
    Example(
        "six question marks stand for the characters at the end of an ARN",
        IDENTITY_POLICIES,
        "allowed",
        policies=by_identity(allow(READ, f"{SECRETS}orders-??????")),
    ),
    Example(
        "six question marks do not match a longer name",
        IDENTITY_POLICIES,
        "implicitly denied",
        resource=f"{SECRETS}orders-archive-AbCdEf",
        policies=by_identity(allow(READ, f"{SECRETS}orders-??????")),
    ),
    Example(
        "a star at the end matches a longer name too",
        IDENTITY_POLICIES,
        "allowed",
        resource=f"{SECRETS}orders-archive-AbCdEf",
        policies=by_identity(allow(READ, f"{SECRETS}orders-*")),
    ),
    Example(
        "a name without its end matches nothing",
        IDENTITY_POLICIES,
        "implicitly denied",
        policies=by_identity(allow(READ, f"{SECRETS}orders")),
    ),
    Example(
        "metadata does not allow the value",
        IDENTITY_POLICIES,
        "implicitly denied",
        policies=by_identity(allow(["secretsmanager:DescribeSecret", "secretsmanager:List*"])),
    ),
    Example(
        "to create is allowed on all resources",
        IDENTITY_POLICIES,
        "allowed",
        action="secretsmanager:CreateSecret",
        policies=by_identity(allow(["secretsmanager:CreateSecret", "secretsmanager:ListSecrets"])),
    ),
    Example(
        "a batch is allowed on all resources",
        IDENTITY_POLICIES,
        "allowed",
        action="secretsmanager:BatchGetSecretValue",
        resource="*",
        policies=by_identity(allow("secretsmanager:BatchGetSecretValue"), allow(READ, SECRET)),
    ),
    Example(
        "a batch does not allow each secret in it",
        IDENTITY_POLICIES,
        "implicitly denied",
        policies=by_identity(allow("secretsmanager:BatchGetSecretValue")),
    ),
    Example(
        "a secret's tag allows",
        IDENTITY_POLICIES,
        "allowed",
        action="secretsmanager:DescribeSecret",
        context={"secretsmanager:ResourceTag/Server": "a"},
        policies=by_identity(
            allow(
                "secretsmanager:DescribeSecret",
                when={"StringEquals": {"secretsmanager:ResourceTag/Server": "a"}},
            )
        ),
        refusal="write aws:ResourceTag",
    ),
    Example(
        "the endpoint that is named is let in",
        RESOURCE_POLICIES,
        "allowed",
        context={ENDPOINT: "vpce-1"},
        policies=THROUGH_ENDPOINT,
    ),
    Example(
        "another endpoint is not",
        RESOURCE_POLICIES,
        "explicitly denied",
        context={ENDPOINT: "vpce-2"},
        policies=THROUGH_ENDPOINT,
    ),
    Example(
        "what comes through no endpoint is denied, a service that reads for us too",
        RESOURCE_POLICIES,
        "explicitly denied",
        policies=THROUGH_ENDPOINT,
    ),
    Example(
        "the network for reading reads",
        RESOURCE_POLICIES,
        "allowed",
        context={"aws:SourceVpc": "vpc-read"},
        policies=MANAGE_FROM_ONE_VPC,
    ),
    Example(
        "the network for management does not read",
        RESOURCE_POLICIES,
        "explicitly denied",
        context={"aws:SourceVpc": "vpc-manage"},
        policies=MANAGE_FROM_ONE_VPC,
    ),
    Example(
        "the network for reading does not manage",
        RESOURCE_POLICIES,
        "explicitly denied",
        action="secretsmanager:PutSecretValue",
        context={"aws:SourceVpc": "vpc-read"},
        policies=MANAGE_FROM_ONE_VPC,
    ),
    Example(
        "an endpoint lets through what its policy allows",
        VPC_ENDPOINTS,
        "allowed",
        policies=Policies(identity=[ALLOWED], endpoint=READ_THROUGH_ENDPOINT),
    ),
    Example(
        "an endpoint lets through nothing else",
        VPC_ENDPOINTS,
        "implicitly denied",
        action="secretsmanager:DeleteSecret",
        policies=Policies(identity=[FULL_ACCESS], endpoint=READ_THROUGH_ENDPOINT),
    ),
    Example(
        "an endpoint's policy grants nothing",
        VPC_ENDPOINTS,
        "implicitly denied",
        policies=Policies(endpoint=READ_THROUGH_ENDPOINT),
    ),
    Example(
        "an endpoint may let through one user",
        VPC_ENDPOINTS,
        "allowed",
        principal=USER,
        policies=Policies(identity=[ALLOWED], endpoint=policy(allow(to=USER))),
        refusal='Principal must be \\"*\\" in an endpoint policy',
    ),
    Example(
        "a secret is read from another account",
        SECRET_IN_OTHER_ACCOUNT,
        "allowed",
        principal=OTHER_ROLE,
        policies=Policies(
            identity=[policy(allow(READ, SECRET), allow(DECRYPT, KEY))],
            resource=policy(allow(to=OTHER_ROLE)),
        ),
    ),
    decrypts(
        "its key decrypts for another account",
        SECRET_IN_OTHER_ACCOUNT,
        "allowed",
        policy(allow([DECRYPT, "kms:DescribeKey"], to=OTHER_ROLE)),
        policy(allow(READ, SECRET), allow(DECRYPT, KEY)),
        principal=OTHER_ROLE,
    ),
    decrypts(
        "without its key it is not read",
        SECRET_IN_OTHER_ACCOUNT,
        "implicitly denied",
        KEY_TRUSTS_ACCOUNT,
        policy(allow(READ, SECRET), allow(DECRYPT, KEY)),
        principal=OTHER_ROLE,
    ),
]
