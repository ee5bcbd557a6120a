"""Secret values in the environment of a function or container."""

import json
from collections.abc import Iterator

from checkov.common.models.enums import CheckCategories

from asm import names
from asm.block import OPEN, Block, Value, is_known
from asm.rule import Faults, rule

TASK = "aws_ecs_task_definition"


@rule(
    14,
    "Ensure that no environment variable of a function or container holds a secret value",
    severity="HIGH",
    category=CheckCategories.SECRETS,
    resources=["aws_lambda_function", TASK],
)
def find_faults(block: Block) -> Faults:
    """Each identity that can describe the function or task can read its environment."""
    attribute = "container_definitions" if block.type == TASK else "environment"
    variables = list(_of_task(block) if block.type == TASK else _of_function(block))
    places = [place for name, value in variables for place in names.secrets_in(name, value)]
    found = [f"environment variable {name} holds a value" for name, is_sure in places if is_sure]
    secrets = block.secrets_in(attribute)
    made_from = [f"{attribute} is made from the value of {each.type}" for each in secrets]
    is_decided = len(found) == len(places) and (OPEN, OPEN) not in variables
    return found + made_from or ([] if is_decided else None)


def _of_function(function: Block) -> Iterator[tuple[str, Value]]:
    for environment in function.blocks("environment"):
        variables = environment.get("variables")
        if not environment.is_certain or variables == OPEN:
            yield OPEN, OPEN
        elif isinstance(variables, dict):
            yield from variables.items()


def _of_task(task: Block) -> Iterator[tuple[str, Value]]:
    text = task.get("container_definitions")
    try:
        containers = json.loads(str(text))
    except ValueError:
        containers = [text]
    for container in containers if isinstance(containers, list) else [containers]:
        variables = container.get("environment") if isinstance(container, dict) else container
        for variable in variables if isinstance(variables, list) else [variables]:
            if isinstance(variable, dict):
                yield str(variable.get("name", OPEN)), variable.get("value", OPEN)
            elif variable is not None and not is_known(variable):
                yield OPEN, OPEN
