"""Fields with which a request chooses, in whichever protocol it asks."""

from typing import Annotated, NoReturn, cast

from pydantic import BeforeValidator, WithJsonSchema

from its_gateway.schema import Budget
from its_gateway.strict import refuse


def _samples(budget: object) -> object:
    return cast("object", budget) if isinstance(budget, dict) else {"samples": budget}


def _never(_: object) -> NoReturn:
    raise refuse("this can't be honoured here")


AnyBudget = Annotated[Budget, BeforeValidator(_samples, json_schema_input_type=int | Budget)]
"""A number of samples, or an object of samples, tokens and seconds."""
Refused = Annotated[None, BeforeValidator(_never), WithJsonSchema({"type": "null"})]
"""A field of OpenAI's that is refused with its description, whatever it says."""
