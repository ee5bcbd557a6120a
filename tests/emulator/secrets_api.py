"""The calls of Secrets Manager in LocalStack, as AWS's API reference documents them.

They replace LocalStack's own calls, which are more lenient. docs/emulator.md lists their behavior.
"""

import functools
import secrets
import string
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, ServiceException, handler
from localstack.aws.api.secretsmanager import (
    InvalidParameterException,
    InvalidRequestException,
    MalformedPolicyDocumentException,
    PublicPolicyException,
    ResourceExistsException,
    ResourceNotFoundException,
    SecretsmanagerApi,
)
from localstack.services.secretsmanager import provider
from moto.secretsmanager.list_secrets import filters

from emulator import rotation
from emulator.keys import after_days
from emulator.policies import Policy, PolicyError
from emulator.secret import (
    Replica,
    Secret,
    Version,
    change,
    checked_reference,
    lock,
    new_arn,
    not_found,
    remove_replica,
    replicate,
    reported_key,
    store_of,
    stores,
)

NAME_CHARACTERS = {*string.ascii_letters, *string.digits, *"/_+=.@-"}
ID_CHARACTERS = {*NAME_CHARACTERS, "!"}  # services give their secrets names such as rds!cluster-...
# LocalStack's EventBridge sets it on the secrets that it creates, whose names have a "!".
BYPASS_TAG = "BYPASS_SECRET_ID_VALIDATION"
PAGE_SIZE = 100
BATCH_SIZE = 20
FILTERS: Mapping[str, Callable[[Any, list[str]], bool]] = {
    "all": filters.filter_all,
    "name": filters.name_filter,
    "description": filters.description_filter,
    "tag-key": filters.tag_key,
    "tag-value": filters.tag_value,
    "owning-service": filters.owning_service_filter,
    "primary-region": lambda secret, regions: secret.primary_region in regions,
}

type Request = Mapping[str, Any]
type Response = dict[str, Any]


def serve_secrets_as_documented() -> None:
    """Make LocalStack answer for Secrets Manager with the calls below."""
    provider.SecretsmanagerProvider = SecretsManager


def call(operation: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a method serve the call with this name; only one call runs at a time."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def locked(self: object, context: RequestContext, request: Request) -> Any:  # noqa: ANN401
            with lock:
                return method(self, context, request)

        decorated: Callable[..., Any] = handler(operation, expand=False)(locked)
        return decorated

    return decorate


class SecretsManager(SecretsmanagerApi):  # type: ignore[misc]
    """A method for each call; AWS's API reference has a page for each call under its name.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
    """

    @call("CreateSecret")
    def create_secret(self, context: RequestContext, request: Request) -> Response:
        """Create a secret; refuse a name that is taken, and a key that cannot encrypt."""
        tags = _tags(request.get("Tags", []))
        if not tags.pop(BYPASS_TAG, None):
            _check_name(request["Name"], NAME_CHARACTERS)
        text, binary = _value(request)
        account, region, name = context.account_id, context.region, request["Name"]
        store = stores[account, region]
        if existing := store.get(name):
            return _existing(existing, request)
        regions = request.get("AddReplicaRegions", [])
        _check_regions(region, regions)
        checked_reference(request.get("KmsKeyId"), account, region)
        secret = Secret(
            account,
            region,
            name,
            new_arn(account, region, name),
            reported_key(request.get("KmsKeyId"), account, region),
            request.get("Description"),
            tags,
        )
        response = {"ARN": secret.arn, "Name": name}
        if (text, binary) != (None, None):
            version = _add_version(secret, _token(request), (text, binary), ["AWSCURRENT"])
            response["VersionId"] = version.version_id
        store.add(secret)
        return response | _add_replicas(secret, request)

    @call("DescribeSecret")
    def describe_secret(self, context: RequestContext, request: Request) -> Response:
        """Describe a secret, even one that is scheduled for deletion."""
        return _find(context, request).describe()

    @call("GetSecretValue")
    def get_secret_value(self, context: RequestContext, request: Request) -> Response:
        """Decrypt a version with a key of that version."""
        secret = _find(context, request)
        _check_account(secret, context)
        return _read(secret, request.get("VersionId"), request.get("VersionStage"))

    @call("BatchGetSecretValue")
    def batch_get_secret_value(self, context: RequestContext, request: Request) -> Response:
        """Read each secret separately; filters find the secrets that ListSecrets shows."""
        named, filtered = request.get("SecretIdList"), request.get("Filters")
        if bool(named) == bool(filtered):
            raise InvalidParameterException("Either SecretIdList or Filters must be provided.")
        if request.get("MaxResults") and not filtered:
            raise InvalidParameterException("MaxResults can be used with Filters only.")
        page: Response = {}
        if filtered:
            found = [each["ARN"] for each in _list(context, request)]
            named = _page(found, {"MaxResults": BATCH_SIZE, **request}, page)
        page |= {"SecretValues": [], "Errors": []}
        for secret_id in named or []:
            try:
                secret = _find(context, {"SecretId": secret_id})
                _check_account(secret, context)
                page["SecretValues"].append(_read(secret, None, None))
            except ServiceException as error:
                failed = {"SecretId": secret_id, "ErrorCode": error.code, "Message": error.message}
                page["Errors"].append(failed)
        return page

    @call("ListSecrets")
    def list_secrets(self, context: RequestContext, request: Request) -> Response:
        """List the secrets as they were five minutes ago."""
        page: Response = {}
        page["SecretList"] = _page(_list(context, request), request, page)
        return page

    @call("ListSecretVersionIds")
    def list_secret_version_ids(self, context: RequestContext, request: Request) -> Response:
        """List versions that have a value; those without a label only with IncludeDeprecated."""
        secret = _find_living(context, request)
        versions = [
            {
                "VersionId": each.version_id,
                "VersionStages": list(each.labels),
                "CreatedDate": each.created,
                "KmsKeyIds": list(each.keys),
                **({"LastAccessedDate": each.accessed} if each.accessed else {}),
            }
            for each in sorted(
                secret.versions.values(), key=lambda each: each.created, reverse=True
            )
            if each.has_value and (each.labels or request.get("IncludeDeprecated"))
        ]
        page: Response = {"ARN": secret.arn, "Name": secret.name}
        page["Versions"] = _page(versions, request, page)
        return page

    @call("PutSecretValue")
    def put_secret_value(self, context: RequestContext, request: Request) -> Response:
        """Add a version, or set the value of a version that a rotation has added."""
        value = _value(request)
        if value == (None, None):
            raise InvalidRequestException("You must provide either SecretString or SecretBinary.")
        secret = _find_primary(context, request)
        _check_account(secret, context)
        token, labels = _token(request), request.get("VersionStages") or ["AWSCURRENT"]
        if not secret.versions:
            labels = [*labels, "AWSCURRENT"]
        version = secret.versions.get(token)
        if version and version.has_value:
            _check_same(secret, version, value)
        else:
            version = _add_version(secret, token, value, labels)
            change(secret)
        return {
            "ARN": secret.arn,
            "Name": secret.name,
            "VersionId": token,
            "VersionStages": list(version.labels),
        }

    @call("UpdateSecret")
    def update_secret(self, context: RequestContext, request: Request) -> Response:
        """Change description, key and value, or nothing; for a replica, change only the key."""
        given = request.keys() - {"SecretId", "ClientRequestToken"}
        secret = _find_living(context, request)
        if secret.primary and given != {"KmsKeyId"}:
            raise _not_on_replica()
        value = _value(request)
        has_value = value != (None, None)
        token = _token(request)
        if has_value and token in secret.versions:
            raise _token_is_used(secret, token)
        if "KmsKeyId" in request:
            secret.change_key(request["KmsKeyId"])
            if secret.primary:
                secret.primary.replicas[secret.region].kms_key_id = secret.kms_key_id
        response = {"ARN": secret.arn, "Name": secret.name}
        if has_value:
            _add_version(secret, token, value, ["AWSCURRENT"])
            response["VersionId"] = token
        secret.description = request.get("Description", secret.description)
        change(secret)
        return response

    @call("UpdateSecretVersionStage")
    def update_secret_version_stage(self, context: RequestContext, request: Request) -> Response:
        """Add, move or remove a label; the request must name the version that loses the label."""
        secret = _find_primary(context, request)
        label = request["VersionStage"]
        holder = secret.labelled(label)
        source, target = (
            _version(secret, request.get(name))
            for name in ("RemoveFromVersionId", "MoveToVersionId")
        )
        if not source and not target:
            raise InvalidParameterException(
                "You must provide RemoveFromVersionId or MoveToVersionId."
            )
        if source and source is not holder:
            raise InvalidParameterException(
                f"The staging label {label} is not attached to version {source.version_id}."
            )
        if holder and not source and holder is not target:
            raise InvalidParameterException(
                f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is "
                f"currently attached to version {holder.version_id}, so you must explicitly "
                "reference that version in RemoveFromVersionId."
            )
        if target:
            secret.attach(target, [label])
        elif label == "AWSCURRENT":
            raise InvalidParameterException(
                "You can only move staging label AWSCURRENT to a different secret version. It "
                "can't be completely removed."
            )
        elif holder:
            holder.labels.remove(label)
        change(secret)
        return {"ARN": secret.arn, "Name": secret.name}

    @call("DeleteSecret")
    def delete_secret(self, context: RequestContext, request: Request) -> Response:
        """Delete a secret later or at once, unless it has replicas or is a replica."""
        days, force = request.get("RecoveryWindowInDays"), request.get("ForceDeleteWithoutRecovery")
        if days is not None and force:
            raise InvalidParameterException(
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
            )
        if days is not None and not 7 <= days <= 30:
            raise InvalidParameterException(
                "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
            )
        now = datetime.now(UTC)
        try:
            secret = _find(context, request)
        except ResourceNotFoundException:
            if not force:
                raise
            return {"ARN": request["SecretId"], "Name": request["SecretId"], "DeletionDate": now}
        if secret.primary:
            raise _not_on_replica()
        if secret.replicas:
            raise InvalidParameterException(
                f"You can't delete secret {secret.arn} that still has replica regions "
                f"[{', '.join(secret.replicas)}]."
            )
        if secret.deleted and not force:
            raise InvalidRequestException(
                "You tried to perform the operation on a secret that's currently marked deleted."
            )
        secret.deleted = now if force else now + timedelta(days=days or 30)
        if force:
            store_of(secret).remove(secret)
        else:
            change(secret)
            after_days(days or 30, _delete, secret, secret.deleted)
        return {"ARN": secret.arn, "Name": secret.name, "DeletionDate": secret.deleted}

    @call("RestoreSecret")
    def restore_secret(self, context: RequestContext, request: Request) -> Response:
        """Cancel a scheduled deletion."""
        secret = _find(context, request)
        if secret.primary:
            raise _not_on_replica()
        secret.deleted = None
        change(secret)
        return {"ARN": secret.arn, "Name": secret.name}

    @call("PutResourcePolicy")
    def put_resource_policy(self, context: RequestContext, request: Request) -> Response:
        """Set a policy; refuse one that is malformed or, with BlockPublicPolicy, public."""
        secret = _find_primary(context, request)
        policy = _policy(request["ResourcePolicy"])
        if request.get("BlockPublicPolicy") and policy.is_public():
            raise PublicPolicyException("You can't attach a policy that allows broad access.")
        secret.policy = policy
        change(secret)
        return {"ARN": secret.arn, "Name": secret.name}

    @call("GetResourcePolicy")
    def get_resource_policy(self, context: RequestContext, request: Request) -> Response:
        """Return the policy, which shows deleted principals by their unique ids."""
        secret = _find(context, request)
        policy = {"ResourcePolicy": secret.policy.text()} if secret.policy else {}
        return {"ARN": secret.arn, "Name": secret.name, **policy}

    @call("DeleteResourcePolicy")
    def delete_resource_policy(self, context: RequestContext, request: Request) -> Response:
        """Delete the policy, if there is one."""
        secret = _find_primary(context, request)
        secret.policy = None
        change(secret)
        return {"ARN": secret.arn, "Name": secret.name}

    @call("ValidateResourcePolicy")
    def validate_resource_policy(self, context: RequestContext, request: Request) -> Response:
        """Report whether PutResourcePolicy would refuse a policy."""
        if "SecretId" in request:
            _find(context, request)
        if not _policy(request["ResourcePolicy"]).is_public():
            return {"PolicyValidationPassed": True, "ValidationErrors": []}
        fault = {"CheckName": "PublicPolicy", "ErrorMessage": "The policy allows broad access."}
        return {"PolicyValidationPassed": False, "ValidationErrors": [fault]}

    @call("TagResource")
    def tag_resource(self, context: RequestContext, request: Request) -> None:
        """Add tags, or change their values."""
        secret = _find_primary(context, request)
        secret.tags |= _tags(request["Tags"])
        change(secret)

    @call("UntagResource")
    def untag_resource(self, context: RequestContext, request: Request) -> None:
        """Remove the named tags, if they exist."""
        secret = _find_primary(context, request)
        for key in request["TagKeys"]:
            secret.tags.pop(key, None)
        change(secret)

    @call("ReplicateSecretToRegions")
    def replicate_secret_to_regions(self, context: RequestContext, request: Request) -> Response:
        """Create replicas; the status of each reports a failure."""
        secret = _find_primary(context, request)
        _check_regions(secret.region, request["AddReplicaRegions"])
        for each in request["AddReplicaRegions"]:
            known = secret.replicas.get(each["Region"])
            if known and known.status != "Failed":
                raise InvalidParameterException(f"{each['Region']} has a replica already.")
        return {"ARN": secret.arn, **_add_replicas(secret, request)}

    @call("RemoveRegionsFromReplication")
    def remove_regions_from_replication(
        self, context: RequestContext, request: Request
    ) -> Response:
        """Delete replicas; a secret of the same name that is not a replica stays."""
        secret = _find_primary(context, request)
        if missing := [
            region for region in request["RemoveReplicaRegions"] if region not in secret.replicas
        ]:
            raise InvalidParameterException(f"There is no replica in {', '.join(missing)}.")
        for region in request["RemoveReplicaRegions"]:
            remove_replica(secret, region)
        change(secret)
        status = [each.describe() for each in secret.replicas.values()]
        return {"ARN": secret.arn, "ReplicationStatus": status}

    @call("StopReplicationToReplica")
    def stop_replication_to_replica(self, context: RequestContext, request: Request) -> Response:
        """Make a replica a standalone secret, and remove it from its primary's replicas."""
        secret = _find_living(context, request)
        if not secret.primary:
            raise InvalidRequestException("The secret is not a replica.")
        primary, secret.primary = secret.primary, None
        del primary.replicas[secret.region]
        for each in (primary, secret):
            change(each)
        return {"ARN": secret.arn}

    @call("RotateSecret")
    def rotate_secret(self, context: RequestContext, request: Request) -> Response:
        """Start a rotation, or a test of the function."""
        secret = _find_primary(context, request)
        token = rotation.rotate(secret, _token(request), request)
        change(secret)
        return {"ARN": secret.arn, "Name": secret.name, "VersionId": token}

    @call("CancelRotateSecret")
    def cancel_rotate_secret(self, context: RequestContext, request: Request) -> Response:
        """Turn rotation off; a running rotation ends after its current step."""
        secret = _find_primary(context, request)
        if not secret.rotation.function_arn:
            raise InvalidRequestException(
                "You tried to cancel rotation of a secret that has no Lambda function configured."
            )
        secret.rotation.enabled = False
        change(secret)
        return {"ARN": secret.arn, "Name": secret.name}

    @call("GetRandomPassword")
    def get_random_password(self, _: RequestContext, request: Request) -> Response:
        """Choose characters of the requested types, at least one of each by default."""
        excluded = request.get("ExcludeCharacters", "")
        types = {
            "ExcludeLowercase": string.ascii_lowercase,
            "ExcludeUppercase": string.ascii_uppercase,
            "ExcludeNumbers": string.digits,
            "ExcludePunctuation": string.punctuation,
        }
        pools = [
            "".join(each for each in characters if each not in excluded)
            for name, characters in types.items()
            if not request.get(name)
        ]
        if request.get("IncludeSpace") and " " not in excluded:
            pools.append(" ")
        length, all_characters = request.get("PasswordLength", 32), "".join(pools)
        required = pools if request.get("RequireEachIncludedType", True) else []
        if not all_characters or not all(required):
            raise InvalidParameterException("No characters are left of a type that is required.")
        if length < len(required):
            raise InvalidParameterException(
                "Password length is too short based on the required types."
            )
        chosen = [secrets.choice(pool) for pool in required]
        chosen += [secrets.choice(all_characters) for _ in range(length - len(chosen))]
        secrets.SystemRandom().shuffle(chosen)
        return {"RandomPassword": "".join(chosen)}


def _find(context: RequestContext, request: Request) -> Secret:
    """The secret that a request names; only an ARN can name a secret of another account."""
    secret_id: str = request["SecretId"]
    account = context.account_id
    if secret_id.startswith("arn:"):
        account = secret_id.split(":")[4]
    else:
        _check_name(secret_id, ID_CHARACTERS)
    secret = stores[account, context.region].find(secret_id)
    if not secret:
        raise not_found()
    return secret


def _find_living(context: RequestContext, request: Request) -> Secret:
    secret = _find(context, request)
    if secret.deleted:
        raise InvalidRequestException(
            "You can't perform this operation on the secret because it was marked for deletion."
        )
    return secret


def _find_primary(context: RequestContext, request: Request) -> Secret:
    """The secret that a request names; refuse a replica, which follows its primary.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/standalone-secret.html
    """
    secret = _find_living(context, request)
    if secret.primary:
        raise _not_on_replica()
    return secret


def _not_on_replica() -> InvalidParameterException:
    # The message in https://github.com/rebuy-de/aws-nuke/issues/1127
    return InvalidParameterException(
        "Operation not permitted on a replica secret. Call must be made in primary secret's region."
    )


def _check_account(secret: Secret, context: RequestContext) -> None:
    """Refuse the value of another account's secret if the AWS managed key encrypts it.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
    """
    if secret.account != context.account_id and secret.kms_key_id is None:
        raise InvalidRequestException(
            "You can't access a secret from a different AWS account if you encrypt the secret with "
            "the default KMS service key."
        )


def _check_name(name: str, characters: set[str]) -> None:
    if not characters.issuperset(name):
        raise CommonServiceException(
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
            "following: -/_+=.@!",
            sender_fault=True,
        )


def _check_regions(region: str, replicas: list[dict[str, Any]]) -> None:
    if any(each["Region"] == region for each in replicas):
        raise InvalidParameterException("Invalid replica region.")


def _existing(secret: Secret, request: Request) -> Response:
    """The answer of CreateSecret when the name is taken: accept only a repeated, equal call."""
    if secret.deleted:
        raise InvalidRequestException(
            "You can't create this secret because a secret with this name is already scheduled for "
            "deletion."
        )
    version = secret.versions.get(_token(request))
    if not version or secret.primary:
        raise ResourceExistsException(
            f"The operation failed because the secret {secret.name} already exists."
        )
    _check_same(secret, version, _value(request))
    return {"ARN": secret.arn, "Name": secret.name, "VersionId": version.version_id}


def _check_same(secret: Secret, version: Version, value: tuple[str | None, bytes | None]) -> None:
    if version.value != value:
        raise _token_is_used(secret, version.version_id)


def _token_is_used(secret: Secret, token: str) -> ResourceExistsException:
    return ResourceExistsException(
        f"You can't use ClientRequestToken {token} because that value is already in use for a "
        f"version of secret {secret.arn}."
    )


def _value(request: Request) -> tuple[str | None, bytes | None]:
    """Text and binary of a request; refuse both together."""
    text, binary = request.get("SecretString") or None, request.get("SecretBinary") or None
    if text and binary:
        raise InvalidParameterException("You can't provide both SecretString and SecretBinary.")
    return text, binary


def _token(request: Request) -> str:
    token = request.get("ClientRequestToken")
    if not token:
        raise InvalidRequestException(
            "You must provide a ClientRequestToken value. We recommend a UUID-type value."
        )
    return str(token)


def _tags(given: list[dict[str, str]]) -> dict[str, str]:
    """Tags by key.

    https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
    """
    if any(tag["Key"].lower().startswith("aws:") for tag in given):
        raise InvalidParameterException("Tag keys that begin with aws: are reserved.")
    return {tag["Key"]: tag["Value"] for tag in given}


def _policy(text: str) -> Policy:
    try:
        return Policy(text)
    except PolicyError as error:
        raise MalformedPolicyDocumentException(str(error)) from None


def _add_version(
    secret: Secret, token: str, value: tuple[str | None, bytes | None], labels: list[str]
) -> Version:
    """Encrypt a value with the secret's key, in a version that is new or has no value yet."""
    key = secret.encryption_key()
    version = secret.versions.setdefault(token, Version(token))
    (version.text, version.binary), version.keys = value, [key]
    secret.attach(version, labels)
    if "AWSCURRENT" in labels:
        rotation.abandon(secret, token)
    return version


def _delete(secret: Secret, deleted: datetime) -> None:
    """Delete a secret at the end of its recovery window, unless it was restored or deleted.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
    """
    with lock:
        if secret.deleted == deleted and store_of(secret).get(secret.name) is secret:
            store_of(secret).remove(secret)


def _version(secret: Secret, version_id: str | None) -> Version | None:
    if not version_id:
        return None
    if version_id not in secret.versions:
        raise ResourceNotFoundException(
            f"Secrets Manager can't find the specified secret version: {version_id}"
        )
    return secret.versions[version_id]


def _read(secret: Secret, version_id: str | None, label: str | None) -> Response:
    """The value of a version, the current one by default."""
    if secret.deleted:
        raise InvalidRequestException(
            "You can't perform this operation on the secret because it was marked for deletion."
        )
    if not version_id and not label:
        label = "AWSCURRENT"
    version = secret.versions.get(version_id) if version_id else secret.labelled(str(label))
    if version and version_id and label and label not in version.labels:
        raise InvalidRequestException(
            "You provided a VersionStage that is not associated to the provided VersionId."
        )
    if not version or not version.has_value:
        wanted = f"VersionId: {version_id}" if version_id else f"staging label: {label}"
        raise ResourceNotFoundException(
            f"Secrets Manager can't find the specified secret value for {wanted}"
        )
    version.check_readable()
    # AWS reports only the day.
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    version.accessed = today
    if secret.accessed != today:
        secret.accessed = today
        store_of(secret).record(secret)
    return {
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": version.version_id,
        "VersionStages": list(version.labels),
        "CreatedDate": version.created,
        **({"SecretBinary": version.binary} if version.binary else {"SecretString": version.text}),
    }


def _add_replicas(secret: Secret, request: Request) -> Response:
    """Replicate to the regions of a request; return the status of all replicas, if any."""
    for each in request.get("AddReplicaRegions", []):
        replica = Replica(each["Region"], each.get("KmsKeyId"))
        earlier = secret.replicas.get(replica.region)
        replica.copy = earlier.copy if earlier else None
        secret.replicas[replica.region] = replica
        replicate(secret, replica, overwrite=bool(request.get("ForceOverwriteReplicaSecret")))
    status = [each.describe() for each in secret.replicas.values()]
    return {"ReplicationStatus": status} if status else {}


def _list(context: RequestContext, request: Request) -> list[Response]:
    """Entries of ListSecrets, oldest first unless the request sets another order."""
    entries = []
    for described in stores[context.account_id, context.region].listed():
        entry = {key: value for key, value in described.items() if key != "ReplicationStatus"}
        if "VersionIdsToStages" in entry:
            entry["SecretVersionsToStages"] = entry.pop("VersionIdsToStages")
        if "DeletedDate" in entry and not request.get("IncludePlannedDeletion"):
            continue
        if all(_matches(entry, each) for each in request.get("Filters") or []):
            entries.append(entry)
    return sorted(
        entries, key=lambda entry: entry["CreatedDate"], reverse=request.get("SortOrder") == "desc"
    )


def _matches(entry: Response, one: Request) -> bool:
    if one.get("Key") not in FILTERS or not one.get("Values"):
        raise InvalidParameterException("Each filter has a Key and Values.")
    secret = SimpleNamespace(
        name=entry["Name"],
        description=entry.get("Description"),
        tags=entry["Tags"],
        owning_service=entry.get("OwningService"),
        primary_region=entry.get("PrimaryRegion"),
    )
    return FILTERS[one["Key"]](secret, one["Values"])


def _page[Item](items: list[Item], request: Request, response: Response) -> list[Item]:
    """The page of a list that a request selects; `response` gets the token of the next page."""
    start = int(request.get("NextToken") or 0)
    end = start + int(request.get("MaxResults") or PAGE_SIZE)
    if end < len(items):
        response["NextToken"] = str(end)
    return items[start:end]
