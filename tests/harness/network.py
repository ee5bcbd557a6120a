"""VPC endpoints and security groups, as EC2 describes them."""

import json
from typing import Any

import boto3


def describe_endpoint(endpoint_id: str) -> dict[str, Any]:
    """The endpoint, with its policy in `Policy`."""
    answer = boto3.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])
    (endpoint,) = answer["VpcEndpoints"]
    return {**endpoint, "Policy": json.loads(endpoint["PolicyDocument"])}


def describe_rules(security_group_id: str) -> dict[str, dict[str, Any]]:
    """The security group's rules by their descriptions."""
    group = {"Name": "group-id", "Values": [security_group_id]}
    answer = boto3.client("ec2").describe_security_group_rules(Filters=[group])
    return {rule["Description"]: rule for rule in answer["SecurityGroupRules"]}
