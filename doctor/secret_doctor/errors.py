"""Explains AWS's errors, above all which policy denies access.

Messages: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

from secret_doctor.findings import Finding, Severity

NetworkError: TypeAlias = NoConnectionError | HTTPClientError
T = TypeVar("T")

NETWORK = (NoConnectionError, HTTPClientError)
NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    SSOError,
    TokenRetrievalError,
)
REFUSED_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
# Calls that boto3 makes first to get credentials: for a role, SSO or `aws login`.
OF_CREDENTIALS = {
    "AssumeRole",
    "AssumeRoleWithWebIdentity",
    "CreateOAuth2Token",
    "CreateToken",
    "GetRoleCredentials",
}
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}

_ACTION = re.compile(r"not authorized to perform: ([\w-]+:\w+)")
_IMPLICIT = re.compile(r"because no ([a-zA-Z -]+?) allows")
# KMS gives the same answer for a missing key and for a key policy that does not allow, or denies.
_KEY_SAYS_NO = "no resource-based policies allow access"
_EXPLICIT = re.compile(
    r"explicit deny in an? ([a-zA-Z -]+(?:policy|boundary))(?:: (arn:\S+))?", re.I
)

# By AWS's name for the policy: id of the finding, and what to do if nothing allows the action.
_POLICIES = {
    "identity-based policy": (
        "denied-identity-policy",
        "Attach a policy that allows it to the caller's role: this module's output "
        "policies_json.reader. If it names the secret by ARN, check that the ARN ends with the six "
        "characters, or with six `?` for them. AWS gives the same answer for a missing secret: "
        "check the name and the region too.",
    ),
    "resource-based policy": (
        "denied-secret-policy",
        "Let the secret's resource policy allow the caller: add its role to this module's input "
        "access.readers. A caller in another account also needs policies_json.reader on its role.",
    ),
    "VPC endpoint policy": (
        "denied-endpoint-policy",
        "Give the VPC endpoint a policy that allows it: this module's output "
        "policies_json.endpoint.",
    ),
    "service control policy": (
        "denied-scp",
        "Ask the administrators of the AWS organization: no policy in this account can allow it.",
    ),
    "resource control policy": (
        "denied-rcp",
        "Ask the administrators of the AWS organization: no policy in this account can allow it.",
    ),
    "permissions boundary": (
        "denied-boundary",
        "Let the permissions boundary of the caller's role or user allow it as well.",
    ),
    "session policy": (
        "denied-session-policy",
        "Let the session policy allow it as well: AssumeRole, or the tool that calls AssumeRole, "
        "passes this policy.",
    ),
}
_KEY_POLICY = (
    "denied-key-policy",
    "Let the key's policy allow it. A key that this module creates allows access.readers. To the "
    "policy of an existing key, add this module's output key_policy_statements_json.",
)
_UNNAMED = (
    "denied",
    "AWS does not say which policy. Check the policies of the role, the secret, the key and the "
    "VPC endpoint, and the organization's service control policies.",
)


@dataclass(frozen=True)
class Denial:
    """AWS's answer to a denied request. `policy` is empty if AWS names none."""

    action: str
    policy: str
    explicit: bool
    policy_arn: str | None = None

    @classmethod
    def parse(cls, error: ClientError) -> "Denial | None":
        """The denial in an error, or None."""
        if code(error) not in DENIED:
            return None
        text = message(error)
        action = _ACTION.search(text)
        explicit, implicit = _EXPLICIT.search(text), _IMPLICIT.search(text)
        named = explicit or implicit
        unnamed = "resource-based policy" if _KEY_SAYS_NO in text else ""
        return cls(
            action=action[1] if action else error.operation_name,
            policy=_canonical(named[1]) if named else unnamed,
            explicit=bool(explicit),
            policy_arn=explicit[2] if explicit else None,
        )

    @property
    def of_key(self) -> bool:
        """Whether the denied action uses the key."""
        return self.action.startswith("kms:")

    @property
    def reason(self) -> str:
        """The policy that denies, as the end of a sentence."""
        if not self.policy:
            return "by a policy that AWS does not name"
        if self.explicit:
            return f"by a Deny statement in the {self.policy}" + (
                f" {self.policy_arn}" if self.policy_arn else ""
            )
        return f"because no {self.policy} allows it"

    def finding(self) -> Finding:
        """What it means for a caller that reads the value."""
        known = _KEY_POLICY if self.of_key and self.policy == "resource-based policy" else None
        finding_id, advice = known or _POLICIES.get(self.policy, _UNNAMED)
        if self.explicit:
            advice = (
                f"A Deny overrides every Allow. Find the statement in the {self.policy} that "
                f"denies {self.action}. Check its condition against this caller, network, time "
                "and tags."
            )
            if finding_id == "denied-secret-policy":
                advice += (
                    " The report lists the statements above, if the caller can read them. In this "
                    "module they come from the input access."
                )
        return Finding(
            id=finding_id,
            severity=Severity.ERROR,
            title="Access denied",
            explanation=f"{self.action} is denied, {self.reason}.",
            advice=advice,
        )


def code(error: ClientError) -> str:
    """AWS's code of the error."""
    return str(error.response["Error"].get("Code", ""))


def message(error: ClientError) -> str:
    """AWS's message."""
    return str(error.response["Error"].get("Message", ""))


def are_credentials(error: Exception) -> bool:
    """Whether the caller has no credentials, or AWS does not accept them."""
    if isinstance(error, ClientError):
        return code(error) in REFUSED_CREDENTIALS or error.operation_name in OF_CREDENTIALS
    return isinstance(error, NO_CREDENTIALS)


def credentials(error: Exception) -> Finding:
    """The caller has no credentials that AWS accepts."""
    what = type(error).__name__
    if isinstance(error, ClientError):
        what = f"{error.operation_name}: {code(error)}"
    return Finding(
        id="credentials",
        severity=Severity.UNKNOWN,
        title="No valid credentials",
        explanation=f"AWS cannot identify the caller ({what}). The doctor cannot check the secret.",
        advice="Log in, or set AWS_PROFILE: `aws sts get-caller-identity` must answer. Also check "
        "that the region is enabled for the account, and that this machine's clock is right.",
    )


def not_checked(subject: str, error: ClientError | BotoCoreError) -> Finding:
    """A check was not possible, so `subject` (in words) is unknown."""
    if not isinstance(error, ClientError):
        network = isinstance(error, NETWORK)
        explanation = (
            "This machine cannot reach the service."
            if network
            else f"The call failed: {type(error).__name__}."
        )
        advice = "Run the doctor on a machine that reaches the service, or check this part by hand."
    elif denial := Denial.parse(error):
        explanation = f"{denial.action} is denied, {denial.reason}."
        advice = f"Run the doctor as an identity that can call {denial.action}. It only reads."
    else:
        explanation = f"{error.operation_name} failed: {code(error)}."
        advice = "Try again. If it fails again, look up the error in the API reference."
    return Finding("not-checked", Severity.UNKNOWN, f"Not known: {subject}", explanation, advice)


def explained(what: str, found: Iterable[T]) -> Iterator[T | Finding]:
    """All that is found. If AWS does not answer a call, a finding says that `what` is unknown."""
    try:
        yield from found
    except (BotoCoreError, ClientError) as error:
        yield not_checked(what, error)


def _canonical(policy: str) -> str:
    """AWS's name of a type of policy, spelled as in the table above."""
    return next((name for name in _POLICIES if name.lower() == policy.lower()), policy)
