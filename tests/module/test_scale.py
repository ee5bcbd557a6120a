"""Many secrets: what docs/scale.md says about them is still true."""

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.forwarder import Forwarder
from tools import scale

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

pytestmark = pytest.mark.exhaustive

NUMBER = 2


@pytest.mark.slow
@pytest.mark.parametrize("shape", scale.SHAPES)
def test_a_plan_without_change_makes_as_many_calls_for_a_secret_as_the_page_tells(
    shape: str, forwarder: Forwarder, kms: "KMSClient", tmp_path: Path
) -> None:
    terraform = scale.copy(shape, tmp_path / f"{shape}-{uuid.uuid4().hex}")
    terraform.environment = {"AWS_ENDPOINT_URL": forwarder.endpoint_url}
    variables = {"number": NUMBER, "key_arn": kms.create_key()["KeyMetadata"]["Arn"]}
    terraform.apply(**variables)

    with forwarder.recording() as calls:
        plan = terraform.plan(**variables)

    assert plan.is_empty, plan
    (told,) = (
        cost
        for cost in scale.load()
        if (cost.shape, cost.number, cost.command) == (shape, 500, "plan without change")
    )
    # Terraform makes some calls once, for any number of secrets.
    each = {name: divmod(count, told.number) for name, count in told.calls.items()}
    of_secrets = {name: count for name, count in calls.items() if not name.startswith("s3.")}
    assert of_secrets == {name: NUMBER * times + once for name, (times, once) in each.items()}


def test_the_median_of_runs_is_taken_for_each_thing_that_was_measured() -> None:
    def cost(command: str, seconds: float, calls: dict[str, int]) -> scale.Cost:
        return scale.Cost("module", 1, False, command, seconds, 1, 1, 1, calls)

    runs = [
        cost("plan", 1, {"kms.DescribeKey": 1}),
        cost("apply", 9, {}),
        cost("plan", 5, {"kms.DescribeKey": 1, "kms.ListKeys": 1}),
        cost("plan", 3, {"kms.DescribeKey": 1, "kms.ListKeys": 1}),
    ]

    plan, apply = scale.medians(runs)

    assert (plan.command, plan.seconds) == ("plan", 3)
    assert plan.calls == {"kms.DescribeKey": 1, "kms.ListKeys": 1}
    assert (apply.command, apply.seconds) == ("apply", 9)
