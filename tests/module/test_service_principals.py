"""Service principals in all partitions: the modules write those in the provider's table.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import json
import re
from collections.abc import Iterator

import pytest

from harness.terraform import Plan
from harness.workspace import Workspace
from tools.environments import ROOT

# One region of each partition that the provider knows.
REGIONS = [
    "us-east-1",
    "cn-north-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
    "eusc-de-east-1",
]
OF_AN_ENDPOINT = re.compile(r"https://|endpoint +=|dns_suffixes( +=|\))")
# Every service that a module names.
SERVICES = ["cloudwatch", "events", "lambda", "secretsmanager"]
HCL = """
# Otherwise the partition is that of the account, which for the emulator is always "aws".
provider "aws" {{
  alias                       = "{region}"
  region                      = "{region}"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
}}

data "aws_service_principal" "{region}" {{
  for_each     = toset({services})
  provider     = aws.{region}
  service_name = each.key
}}

output "{region}" {{
  value = {{ for service, each in data.aws_service_principal.{region} : service => each.name }}
}}

module "{region}-rotation" {{
  source    = "./module/modules/rotation"
  providers = {{ aws = aws.{region} }}

  secret_name         = "principals"
  engine              = "postgres"
  database_port       = 5432
  rotator_policy_json = jsonencode({{ Version = "2012-10-17", Statement = [] }})
  function = {{
    package = {{ s3 = {{ bucket = "packages", key = "rotation.zip" }} }}
    network = {{ vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] }}
  }}
  password = {{
    length                     = 32
    exclude_characters         = ""
    exclude_lowercase          = false
    exclude_uppercase          = false
    exclude_numbers            = false
    exclude_punctuation        = false
    include_space              = false
    require_each_included_type = true
  }}
}}

module "{region}-monitoring" {{
  source    = "./module/modules/monitoring"
  providers = {{ aws = aws.{region} }}

  secret_name = "principals"
  secret_arn  = "arn:aws:secretsmanager:{region}:000000000000:secret:principals-AbCdEf"
  emails      = ["security@example.com"]
}}

data "aws_service" "{region}" {{
  provider   = aws.{region}
  service_id = "secretsmanager"
}}

module "{region}-policies" {{
  source = "./module/modules/policies"

  secret_name = "principals"
  account_id  = "000000000000"
  region      = "{region}"
  partition   = data.aws_service.{region}.partition
  key_arn     = "arn:aws:kms:{region}:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}}

output "{region}-endpoint" {{
  value = {{
    provider = data.aws_service.{region}.dns_name
    policy   = module.{region}-policies.identity_policies_json.reader
  }}
}}
"""


@pytest.fixture(scope="module")
def plan(shared_workspace: Workspace) -> Plan:
    """Plan the modules that name services, in every partition."""
    hcl = [HCL.format(region=region, services=json.dumps(SERVICES)) for region in REGIONS]
    return shared_workspace("".join(hcl)).plan()


def principals(value: object) -> Iterator[str]:
    """Yield each service principal in the policies in a resource's arguments."""
    match value:
        case {"Principal": {"Service": str(service)}}:
            yield service
        case {"Principal": {"Service": [*services]}}:
            yield from services
        case dict():
            for each in value.values():
                yield from principals(each)
        case list():
            for each in value:
                yield from principals(each)
        case str() if value.startswith("{"):
            yield from principals(json.loads(value))


@pytest.mark.exhaustive
@pytest.mark.parametrize("region", REGIONS)
def test_the_modules_write_the_principals_of_the_partition(plan: Plan, region: str) -> None:
    table = json.loads(plan.json)["planned_values"]["outputs"][region]["value"]

    changes = [each for each in plan.changes if each.address.startswith(f"module.{region}-")]

    written = {principal for change in changes for principal in principals(change.after)}
    written |= {c.after["principal"] for c in changes if c.type == "aws_lambda_permission"}

    assert written == {table[service] for service in SERVICES}


def test_no_module_names_a_service_that_is_not_compared() -> None:
    """No module builds a name from a suffix, except an endpoint's, which the next test compares."""
    code = {
        file.relative_to(ROOT): re.sub(r"#.*|description +=.*|<<-EOT\n(?:.*\n)*?\s+EOT", "", text)
        for file in ROOT.glob("modules/**/*.tf")
        if "amazonaws.com" in (text := file.read_text()) or "dns_suffix" in text
    }
    named = {
        service
        for text in code.values()
        for service in re.findall(r'"([a-z-]+)\.amazonaws\.com\\?"', text)
    }

    assert named == set(SERVICES)
    assert [
        line.strip()
        for text in code.values()
        for line in text.splitlines()
        if "dns_suffix" in line and not OF_AN_ENDPOINT.search(line)
    ] == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("region", REGIONS)
def test_the_policies_name_the_endpoint_of_the_partition(plan: Plan, region: str) -> None:
    endpoint = json.loads(plan.json)["planned_values"]["outputs"][f"{region}-endpoint"]["value"]

    decrypt = json.loads(endpoint["policy"])["Statement"][-1]
    assert decrypt["Condition"]["StringEquals"]["kms:ViaService"] == [endpoint["provider"]]
