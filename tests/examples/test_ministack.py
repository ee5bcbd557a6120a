"""Examples on ministack, which this project has not fixed, with no change to their code."""

import os
from unittest import mock

import pytest

from harness.judges import MINISTACK
from harness.workspace import Workspace, all_examples
from tools.environments import ROOT

pytestmark = pytest.mark.exhaustive

# The others need what ministack lacks: rotation, several regions, Lambda in a VPC, CloudFormation.
EXAMPLES = (
    "api-key",
    "application-role",
    "cross-account",
    "database-credentials",
    "ecs-consumer",
    "team",
)


def test_examples_are_applied_planned_without_change_and_destroyed(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    terraform = workspace(all_examples(ROOT, *EXAMPLES))
    with (
        MINISTACK.environment(tmp_path_factory.mktemp("ministack") / "it") as settings,
        mock.patch.dict(os.environ, settings),
    ):
        terraform.apply(made_up="made-up")
        plan = terraform.plan(made_up="made-up")
        assert plan.is_empty, plan
        terraform.destroy(made_up="made-up")
        assert "values" not in terraform.show_state()
