"""The module accepts every engine of the RDS API and stores the name for the secret's JSON.

The doctor and the rotation function know the same names and ports.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
"""

import json
import re
from typing import TYPE_CHECKING

import botocore.session
import pytest
from botocore.model import StructureShape

from harness.workspace import Workspace
from rotation.secret import OTHER_NAMES, PORTS
from secret_doctor.value import ENGINES
from tools.environments import ROOT

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

DOCUMENTED = {"db2", "mariadb", "mysql", "oracle", "postgres", "sqlserver"}
# RDS creates neither, and the secret's JSON has another name for the first.
NOT_OF_RDS = {"docdb": "mongo", "redshift": "redshift"}
# The page defines no JSON structure for these.
WITHOUT_JSON = {"neptune"}
HCL = """
provider "aws" {{
  region = "us-east-1"
}}

module "secrets" {{
  source   = "./module"
  for_each = toset({names})

  name                    = "engines/${{each.key}}"
  database                = {{ engine = each.key, username = "dbadmin", dbname = "ORCL" }}
  key                     = {{ aws_managed = true }}
  recovery_window_in_days = 0
}}
"""


def names_of_rds() -> set[str]:
    """Return the engines in the documentation of CreateDBInstance and CreateDBCluster."""
    model = botocore.session.get_session().get_service_model("rds")
    names: set[str] = set()
    for name in ("CreateDBInstanceMessage", "CreateDBClusterMessage"):
        shape = model.shape_for(name)
        assert isinstance(shape, StructureShape)
        names.update(re.findall(r"<code>([a-z0-9-]+)", shape.members["Engine"].documentation))
    return names - WITHOUT_JSON


def test_the_input_and_the_doctor_name_every_engine() -> None:
    described = re.search("`engine`: (.*?), or the name", (ROOT / "variables.tf").read_text())
    assert described

    names = DOCUMENTED | NOT_OF_RDS.keys()
    assert set(re.findall(r"`(\w+)`", described[1])) == names
    assert {NOT_OF_RDS.get(name, name) for name in names} | OTHER_NAMES.keys() == ENGINES.keys()


@pytest.mark.exhaustive
def test_every_engine_of_rds_is_stored_under_a_documented_name(
    workspace: Workspace, secretsmanager: "SecretsManagerClient"
) -> None:
    names = names_of_rds()
    assert {"aurora-postgresql", "custom-oracle-ee-cdb", "sqlserver-ex", "db2-ae"} <= names

    given = sorted(names | NOT_OF_RDS.keys())
    workspace(HCL.format(names=json.dumps(given))).apply()
    stored = {
        name: json.loads(
            secretsmanager.get_secret_value(SecretId=f"engines/{name}")["SecretString"]
        )
        for name in given
    }
    engines = {name: value["engine"] for name, value in stored.items()}
    ports = {name: value["port"] for name, value in stored.items()}

    assert set(engines.values()) == DOCUMENTED | set(NOT_OF_RDS.values())
    for name in names:
        # An edition's name contains the engine's name.
        assert engines[name] in name, name
    assert {name: engines[name] for name in NOT_OF_RDS} == NOT_OF_RDS
    assert {name: ports[name] for name in PORTS} == PORTS
    assert {name: engines[name] for name in OTHER_NAMES} == OTHER_NAMES
