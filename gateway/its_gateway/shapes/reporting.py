"""What is told of evaluations: figures only, as `its eval` has measured them."""

from typing import Literal

from pydantic import Field

from its_gateway.shapes.shape import Shape


class Way(Shape):
    """An algorithm at a budget; every mean is over the problems."""

    algorithm: str
    budget: int
    problems: int
    rows: int = Field(description="More than problems where they were solved repeatedly.")
    accuracy: float = Field(description="Right answers, from 0 to 1.")
    tokens: float = Field(description="Generated for a problem, those of rejected candidates included.")
    judged: float = Field(description="Tokens that reward models read anew and judges wrote for a problem.")
    seconds: float = Field(description="Of one request beside the others.")


class Report(Shape):
    """What an evaluation came to until now."""

    name: str = Field(description="Of its folder.")
    file: str = Field(description="Of its problems.")
    model: str
    unread: int = Field(description="Lines of its journal that are no rows.")
    ways: list[Way] = Field(description="In the order in which they were begun.")


class ReportList(Shape):
    """The evaluations in the folder `gateway.reports`."""

    object: Literal["list"]
    folder: bool = Field(description="Whether a folder is configured.")
    data: list[Report] = Field(description="The latest first.")
