"""The connection to Secrets Manager: its host name, and the VPC endpoints of the account."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ProxyConnectionError, SSLError

from secret_doctor import errors, policy
from secret_doctor.aws import AWS, Subject
from secret_doctor.findings import Fact, Finding, Severity

ACTION = "secretsmanager:GetSecretValue"


def host(aws: AWS) -> str:
    """Host name that requests go to."""
    return urlsplit(aws.secretsmanager.meta.endpoint_url).hostname or ""


def addresses(name: str) -> list[str]:
    """IP addresses of a host, sorted; empty if it has no address or DNS does not answer."""
    try:
        found = socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return sorted({str(each[4][0]) for each in found})


def are_private(found: list[str]) -> bool:
    """Whether requests stay in a private network, as they do with an endpoint's private DNS."""
    return all(ipaddress.ip_address(each).is_private for each in found)


def service_fact(name: str, found: list[str]) -> Fact:
    """Where requests go."""
    kind = "private" if are_private(found) else "public"
    where = f"{', '.join(found)} ({kind})" if found else "DNS knows no address of it"
    return Fact("Service", f"{name}: {where}")


def check(subject: Subject) -> Iterator[Fact | Finding]:
    """Where requests go, and whether the endpoints of the account allow them."""
    aws = subject.aws
    yield service_fact(host(aws), addresses(host(aws)))
    service = f"com.amazonaws.{aws.region}.secretsmanager"
    pages = aws.ec2.get_paginator("describe_vpc_endpoints").paginate(
        Filters=[{"Name": "service-name", "Values": [service]}]
    )
    endpoints = [
        endpoint
        for page in pages
        for endpoint in page["VpcEndpoints"]
        if not endpoint["State"].lower().startswith("delet")
    ]
    yield Fact(
        "VPC endpoints",
        "\n".join(f"{each['VpcEndpointId']} in {each['VpcId']}" for each in endpoints) or "none",
    )
    for endpoint in endpoints:
        yield from examine_endpoint(subject, endpoint)


def examine_endpoint(subject: Subject, endpoint: dict[str, Any]) -> Iterator[Finding]:
    """Whether an endpoint works for its VPC, with the usual host name and for this secret."""
    endpoint_id, vpc_id = endpoint["VpcEndpointId"], endpoint["VpcId"]
    if endpoint["State"].lower() != "available":
        yield Finding(
            id="endpoint-not-available",
            severity=Severity.WARNING,
            title=f"VPC endpoint {endpoint_id} is not available",
            explanation=f"Its state is {endpoint['State']}. Requests from {vpc_id} do not reach "
            "Secrets Manager through it.",
            advice="Wait while it is pending. If the state stays the same, accept the endpoint or "
            "create it again.",
        )
    if not endpoint.get("PrivateDnsEnabled"):
        yield Finding(
            id="endpoint-private-dns-off",
            severity=Severity.WARNING,
            title=f"Private DNS of VPC endpoint {endpoint_id} is off",
            explanation=f"In {vpc_id} the name {host(subject.aws)} resolves to public addresses, "
            "not to the endpoint. Clients without internet access time out. A secret that requires "
            "the endpoint denies the other clients.",
            advice=f"aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint_id} "
            "--private-dns-enabled (the VPC needs enableDnsSupport and enableDnsHostnames). Or "
            "set the endpoint's DNS name as the clients' endpoint URL.",
        )
    # If DescribeSecret is denied, possibly only the name is known.
    found = policy.statements(endpoint.get("PolicyDocument")) if subject.has_arn else []
    if found and not policy.allows(found, ACTION, subject.arn):
        yield Finding(
            id="endpoint-policy-denies",
            severity=Severity.WARNING,
            title=f"Policy of VPC endpoint {endpoint_id} does not allow this secret",
            explanation=f"It denies {ACTION} for {subject.arn} to all callers in {vpc_id}.",
            advice="Give the endpoint a policy that allows it: this module's output "
            "policies_json.endpoint.",
        )


def unreachable(aws: AWS, error: errors.NetworkError) -> Iterator[Fact | Finding]:
    """Why a request got no answer, from the error and the host's addresses."""
    name = urlsplit(str(error.kwargs.get("endpoint_url", ""))).hostname or host(aws)
    if isinstance(error, ProxyConnectionError):
        yield Finding(
            id="proxy-not-reached",
            severity=Severity.ERROR,
            title="Proxy does not answer",
            explanation="The environment names a proxy, but a connection to it fails.",
            advice=f"Correct HTTPS_PROXY. If you use a VPC endpoint, add {name} to NO_PROXY.",
        )
        return
    if isinstance(error, SSLError):
        yield Finding(
            id="certificate-not-trusted",
            severity=Severity.ERROR,
            title=f"No TLS connection to {name}",
            explanation="A server answers, but it has no certificate for that name from a "
            "certificate authority that this machine trusts.",
            advice="If a proxy or firewall inspects TLS, name its CA certificates in "
            "AWS_CA_BUNDLE. A custom endpoint URL must have a host name of the service or of its "
            "VPC endpoint.",
        )
        return
    purpose = "" if name == host(aws) else " boto3 calls it for the caller's credentials."
    found = addresses(name)
    if not found:
        yield Finding(
            id="host-not-resolved",
            severity=Severity.ERROR,
            title=f"Host name {name} is not found",
            explanation=f"DNS knows no address of it.{purpose}",
            advice=f"Check that {aws.region} is the name of a region, and that this machine has a "
            "DNS server. In a VPC, this needs enableDnsSupport.",
        )
        return
    yield service_fact(name, found)
    yield Finding(
        id="no-connection",
        severity=Severity.ERROR,
        title=f"{name} does not answer",
        explanation=f"No connection to {', '.join(found)} within seconds. The cause is the "
        "network, not a policy. A Lambda function in a VPC sees this as a time-out." + purpose,
        advice="The address is private, so it is probably a VPC endpoint's address. Let "
        "its security group admit TCP 443 from this client. Check the network ACLs of both subnets."
        if are_private(found)
        else "The address is public. Create a VPC endpoint with private DNS, or give the subnet a "
        "NAT gateway. Let the client's security group and network ACLs allow outbound TCP 443.",
    )
