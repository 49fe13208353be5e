"""Fields with which a request chooses, in whichever protocol it asks."""

from typing import Annotated, cast

from pydantic import BeforeValidator

from its_gateway.schema import Budget, Samples
from its_gateway.strict import Refused

__all__ = ["AnyBudget", "Refused"]


def _samples(budget: object) -> object:
    return cast("object", budget) if isinstance(budget, dict) else {"samples": budget}


AnyBudget = Annotated[Budget, BeforeValidator(_samples, json_schema_input_type=Samples | Budget)]
"""A number of samples, or an object of samples, tokens and seconds."""
