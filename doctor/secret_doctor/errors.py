"""Explains the errors that AWS answers with, above all which policy denies access.

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
# What boto3 asks by itself before it asks for the caller: for a role, SSO or `aws login`.
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
# KMS does not tell a key that is not there from one whose policy does not allow, or denies.
_KEY_SAYS_NO = "no resource-based policies allow access"
_EXPLICIT = re.compile(
    r"explicit deny in an? ([a-zA-Z -]+(?:policy|boundary))(?:: (arn:\S+))?", re.I
)

# By AWS's name for the policy: id of the finding, and what to do where nothing allows the action.
_POLICIES = {
    "identity-based policy": (
        "denied-identity-policy",
        "Attach a policy that allows it to the caller's role: this module's output "
        "policies_json.reader. If it names the secret by ARN, see that the ARN has the six "
        "characters at its end, or six `?` for them. AWS answers the same for a secret that is not "
        "there: check name and region too.",
    ),
    "resource-based policy": (
        "denied-secret-policy",
        "Let the secret's resource policy allow the caller: add its role to this module's input "
        "access.readers. A caller of another account also needs policies_json.reader on its role.",
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
        "Let the policy that was given when the role was assumed (AssumeRole, or the tool that "
        "calls it) allow it as well.",
    ),
}
_KEY_POLICY = (
    "denied-key-policy",
    "Let the key's policy allow it: a key that this module makes does for access.readers; to the "
    "policy of a key of your own add this module's output key_policy_statements_json.",
)
_UNNAMED = (
    "denied",
    "AWS does not say which policy: look at the role's policies, the secret's resource policy, the "
    "key's policy, the VPC endpoint's policy and the organization's service control policies.",
)


@dataclass(frozen=True)
class Denial:
    """What AWS says of a request that it has denied. `policy` is empty where it names none."""

    action: str
    policy: str
    explicit: bool
    policy_arn: str | None = None

    @classmethod
    def parse(cls, error: ClientError) -> "Denial | None":
        """The denial in an error, if it is one."""
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
        """Whether it is the use of the key that is denied."""
        return self.action.startswith("kms:")

    @property
    def reason(self) -> str:
        """By which policy, as the end of a sentence."""
        if not self.policy:
            return "by a policy that AWS does not name"
        if self.explicit:
            return f"by a Deny statement in the {self.policy}" + (
                f" {self.policy_arn}" if self.policy_arn else ""
            )
        return f"because no {self.policy} allows it"

    def finding(self) -> Finding:
        """What it means for somebody who wants to read the value."""
        known = _KEY_POLICY if self.of_key and self.policy == "resource-based policy" else None
        finding_id, advice = known or _POLICIES.get(self.policy, _UNNAMED)
        if self.explicit:
            advice = (
                f"No Allow elsewhere outweighs a Deny. Find the statement in the {self.policy} "
                f"that denies {self.action}, and its condition: this caller, network, time or tag "
                "does not meet it."
            )
            if finding_id == "denied-secret-policy":
                advice += (
                    " The statements are listed above, if the caller may read them; in this module "
                    "they come from the input access."
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
    """AWS's words."""
    return str(error.response["Error"].get("Message", ""))


def are_credentials(error: Exception) -> bool:
    """Whether the caller has no credentials, or AWS does not take them."""
    if isinstance(error, ClientError):
        return code(error) in REFUSED_CREDENTIALS or error.operation_name in OF_CREDENTIALS
    return isinstance(error, NO_CREDENTIALS)


def credentials(error: Exception) -> Finding:
    """The caller has no credentials that AWS takes."""
    what = type(error).__name__
    if isinstance(error, ClientError):
        what = f"{error.operation_name}: {code(error)}"
    return Finding(
        id="credentials",
        severity=Severity.UNKNOWN,
        title="No valid credentials",
        explanation=f"AWS does not know who asks ({what}), so nothing can be said of the secret.",
        advice="Log in, or set AWS_PROFILE: `aws sts get-caller-identity` must answer. See also "
        "that the account has enabled the region, and that this machine's clock is right.",
    )


def not_checked(subject: str, error: ClientError | BotoCoreError) -> Finding:
    """A question that could not be asked, so that `subject` (in words) is not known."""
    if not isinstance(error, ClientError):
        network = isinstance(error, NETWORK)
        explanation = (
            "The service cannot be reached from here."
            if network
            else f"The question could not be asked: {type(error).__name__}."
        )
        advice = "Run the doctor where there is a way to the service, or see to this part by hand."
    elif denial := Denial.parse(error):
        explanation = f"{denial.action} is denied, {denial.reason}."
        advice = f"Run the doctor as somebody who may call {denial.action}; it only reads."
    else:
        explanation = f"{error.operation_name} failed: {code(error)}."
        advice = "Try again; look the error up in the API reference of the operation."
    return Finding("not-checked", Severity.UNKNOWN, f"Not known: {subject}", explanation, advice)


def explained(what: str, found: Iterable[T]) -> Iterator[T | Finding]:
    """All that is found; at the first question that AWS does not answer, that `what` is unknown."""
    try:
        yield from found
    except (BotoCoreError, ClientError) as error:
        yield not_checked(what, error)


def _canonical(policy: str) -> str:
    """AWS's name of a type of policy in the letters of the table above."""
    return next((name for name in _POLICIES if name.lower() == policy.lower()), policy)
