"""Each judge does what AWS documents, except for its known differences."""

from typing import TYPE_CHECKING

import pytest

from harness.judges import DIFFERENCES, Difference, Judge

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from acceptance.conftest import Names


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.what)
def test_it_differs_from_what_aws_documents_only_where_it_is_known(
    difference: Difference, judge: Judge, client: "SecretsManagerClient", new_name: "Names"
) -> None:
    differs = difference.shows(client, new_name("difference"))

    assert differs == (difference in judge.differences)
