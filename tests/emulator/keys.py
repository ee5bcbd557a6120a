"""KMS keys in LocalStack: whether Secrets Manager can use them, and which requests KMS refuses.

The emulator does not enforce permissions. With the tags below, tests can make a key refuse a use as
AWS does when a permission is missing.
"""

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.kms import (
    InvalidAliasNameException,
    KMSInvalidStateException,
    MalformedPolicyDocumentException,
)
from localstack.services.kms.models import KmsKey, kms_stores
from localstack.services.kms.provider import KmsProvider
from localstack.utils.patch import patch

from emulator.policies import Policy, PolicyError

MANAGED_ALIAS = "alias/aws/secretsmanager"
# Name of the AWS managed key in the answers of ListSecretVersionIds.
MANAGED_KEY = "DefaultEncryptionKey"
# Length of a day of a waiting period. With 0, no waiting period ends.
DAY_SECONDS = float(os.environ.get("DAY_SECONDS", "0"))
DENY_ENCRYPT = "emulator:deny-encrypt"
DENY_DECRYPT = "emulator:deny-decrypt"


def find_key(reference: str | None, account: str, region: str) -> str | None:
    """ARN of the key that an id, ARN, alias or alias ARN refers to now; None if there is none.

    Every form of reference to the AWS managed key returns MANAGED_KEY.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html
    """
    if not reference:
        return MANAGED_KEY
    if reference.startswith("arn:"):
        parts = reference.split(":", 5)
        if len(parts) < 6 or parts[2:4] != ["kms", region]:
            return None
        account, reference = parts[4], parts[5].removeprefix("key/")
    if reference == MANAGED_ALIAS:
        return MANAGED_KEY
    store = kms_stores[account][region]
    managed = store.aliases.get(MANAGED_ALIAS)
    if reference.startswith("alias/"):
        alias = store.aliases.get(reference)
        reference = alias.metadata["TargetKeyId"] if alias else ""
    if managed and managed.metadata["TargetKeyId"] == reference:
        return MANAGED_KEY
    key = store.keys.get(reference)
    return str(key.metadata["Arn"]) if key else None


def alias_arn(reference: str, account: str, region: str) -> str:
    """ARN of an alias; return any other reference, or an alias that does not exist, unchanged."""
    alias = kms_stores[account][region].aliases.get(reference)
    return str(alias.metadata["AliasArn"]) if alias else reference


def is_usable(key_arn: str | None) -> bool:
    """Whether a key's state, usage and spec let Secrets Manager encrypt and decrypt with it.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    if key_arn == MANAGED_KEY:
        return True
    key = _key(key_arn)
    return key is not None and (
        key.metadata["KeyState"],
        key.metadata["KeyUsage"],
        key.metadata["KeySpec"],
    ) == ("Enabled", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT")


def denies(key_arn: str, tag: str) -> bool:
    """Whether one of the tags above removes a permission on a key from all callers."""
    if key_arn == MANAGED_KEY or not _key(key_arn):
        return False
    _, _, _, region, account, _ = key_arn.split(":", 5)
    tags: Mapping[str, str] = kms_stores[account][region].tags.get_tags(key_arn)
    return tags.get(tag) == "true"


def _key(key_arn: str | None) -> KmsKey | None:
    if not key_arn:
        return None
    _, _, _, region, account, resource = key_arn.split(":", 5)
    return kms_stores[account][region].keys.get(resource.removeprefix("key/"))


def refuse_what_kms_refuses() -> None:
    """Make KMS refuse aliases, key policies and key states that LocalStack accepts."""
    patch(KmsProvider.create_alias)(_create_alias)
    patch(KmsProvider.update_alias)(_update_alias)
    patch(KmsProvider.create_key)(_create_key)
    patch(KmsProvider.put_key_policy)(_put_key_policy)
    patch(KmsProvider.get_key_policy)(_get_key_policy)
    patch(KmsProvider.schedule_key_deletion)(_schedule_key_deletion)
    for operation in (
        KmsProvider.enable_key,
        KmsProvider.disable_key,
        KmsProvider.generate_data_key,
        KmsProvider.generate_data_key_without_plaintext,
    ):
        patch(operation)(_refuse_pending_import)


def _refuse_pending_import(
    original: Callable[..., Any],
    provider: KmsProvider,
    context: RequestContext,
    request: Mapping[str, Any],
) -> Any:  # noqa: ANN401
    """Refuse a key that waits for the import of its key material.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
    """
    key = _key(find_key(request["KeyId"], context.account_id, context.region))
    if key and key.metadata["KeyState"] == "PendingImport":
        raise KMSInvalidStateException(f"{key.metadata['Arn']} is pending import.")
    return original(provider, context, request)


def _create_alias(
    original: Callable[..., None],
    provider: KmsProvider,
    context: RequestContext,
    request: Mapping[str, Any],
) -> None:
    """Refuse alias names that AWS reserves.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
    """
    if request["AliasName"].startswith("alias/aws/"):
        raise InvalidAliasNameException("Alias names that begin with alias/aws/ are reserved.")
    original(provider, context, request)


def _update_alias(
    original: Callable[..., None],
    provider: KmsProvider,
    context: RequestContext,
    request: dict[str, Any],
) -> None:
    """Accept the key's ARN as well as its id, and refuse a key of another type or usage.

    LocalStack stores the given target, and finds no key by an alias whose target is an ARN.
    https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html
    """
    place = context.account_id, context.region
    new, old = (_key(find_key(request[name], *place)) for name in ("TargetKeyId", "AliasName"))
    if new and old:
        for name in ("KeySpec", "KeyUsage"):
            if new.metadata[name] != old.metadata[name]:
                raise CommonServiceException(
                    "ValidationException",
                    f"Alias {request['AliasName']} cannot be changed from a key with {name} "
                    f"{old.metadata[name]} to a key with {name} {new.metadata[name]}.",
                    sender_fault=True,
                )
    target = new.metadata["KeyId"] if new else request["TargetKeyId"]
    original(provider, context, {**request, "TargetKeyId": target})


def after_days(days: float, action: Callable[..., None], *arguments: object) -> None:
    """Run an action at the end of a waiting period, unless DAY_SECONDS is 0."""
    if DAY_SECONDS:
        timer = threading.Timer(days * DAY_SECONDS, action, arguments)
        timer.daemon = True
        timer.start()


def _schedule_key_deletion(
    original: Callable[..., dict[str, Any]],
    provider: KmsProvider,
    context: RequestContext,
    request: Mapping[str, Any],
) -> dict[str, Any]:
    response = original(provider, context, request)
    key = _key(find_key(request["KeyId"], context.account_id, context.region))
    if key:
        after_days(response["PendingWindowInDays"], _delete, key, key.metadata["DeletionDate"])
    return response


def _delete(key: KmsKey, deletion_date: object) -> None:
    """Delete a key and its aliases, unless the deletion was cancelled.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
    """
    if key.metadata.get("DeletionDate") != deletion_date:
        return
    _, _, _, region, account, _ = key.metadata["Arn"].split(":", 5)
    store, key_id = kms_stores[account][region], key.metadata["KeyId"]
    del store.keys[key_id]
    for name, alias in list(store.aliases.items()):
        if alias.metadata["TargetKeyId"] == key_id:
            del store.aliases[name]


def _create_key(
    original: Callable[..., Any],
    provider: KmsProvider,
    context: RequestContext,
    request: Mapping[str, Any],
) -> Any:  # noqa: ANN401
    policy = _policy(request["Policy"]) if request.get("Policy") else None
    response = original(provider, context, request)
    key = _key(response["KeyMetadata"]["Arn"])
    if key and policy:
        key.checked_policy = policy
    return response


def _put_key_policy(
    original: Callable[..., None],
    provider: KmsProvider,
    context: RequestContext,
    request: Mapping[str, Any],
) -> None:
    policy = _policy(request["Policy"])
    # LocalStack's provider requires the policy name, although it has a default.
    original(provider, context, {"PolicyName": "default", **request})
    key = _key(find_key(request["KeyId"], context.account_id, context.region))
    if key:
        key.checked_policy = policy


def _get_key_policy(
    original: Callable[..., dict[str, Any]],
    provider: KmsProvider,
    context: RequestContext,
    request: Mapping[str, Any],
) -> dict[str, Any]:
    """Show the policy's name, and show principals that were deleted since as AWS does.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
    """
    response = original(provider, context, {"PolicyName": "default", **request})
    key = _key(find_key(request["KeyId"], context.account_id, context.region))
    policy: Policy | None = vars(key).get("checked_policy") if key else None
    return {**response, "PolicyName": "default", **({"Policy": policy.text()} if policy else {})}


def _policy(text: str) -> Policy:
    """Refuse a policy that has syntax errors or names a principal that no longer exists.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
    """
    try:
        return Policy(text)
    except PolicyError as error:
        raise MalformedPolicyDocumentException(str(error)) from None
