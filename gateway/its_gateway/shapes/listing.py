"""What the other routes answer."""

from typing import Any, Literal

from pydantic import Field

from its_gateway.shapes.its import Limits
from its_gateway.shapes.shape import Shape


class ModelInfo(Shape):
    """What a name stands for."""

    profile: str
    model: str | None = Field(description="The generator's model; null while it isn't known.")
    reward_model: str | None = Field(description="The reward model that serves; null where none is needed, or known.")
    budget: Limits
    sampling: dict[str, Any]
    defaults: dict[str, Any] = Field(description="The profile's parameters.")
    algorithm: str
    summary: str
    source: str
    budget_meaning: str
    needs: list[str]
    parameters: dict[str, Any] = Field(description="JSON schema of the algorithm's parameters.")


class FunctionModel(Shape):
    """What a name stands for that is a function's."""

    function: str
    type: str
    summary: str
    input: dict[str, Any] = Field(description="JSON schema of what it takes.")
    output: dict[str, Any] = Field(description="JSON schema of what it returns.")
    streams: bool = Field(description="Whether its output comes in pieces.")


class Generated(Shape):
    """The answer of `POST /generate`."""

    value: Any = Field(description="What the workflow returns.")


class Model(Shape):
    """What a request can give as its `model`."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: Literal["its"]
    its: ModelInfo | FunctionModel


class ModelList(Shape):
    """All of them."""

    object: Literal["list"]
    data: list[Model]


class Configured(Shape):
    """The answer of `POST /configure`."""

    status: Literal["success"]
    message: str
    profile: dict[str, Any]
    kept: bool = Field(description="Whether a restart leaves it.")
    models: list[str] = Field(description="The models that serve it.")


class Health(Shape):
    """That this process lives."""

    status: Literal["ok"]


class Readiness(Shape):
    """Whether the whole chain can answer."""

    status: Literal["ready", "not ready", "stopping"]
    parts: dict[str, str] = Field(default={}, description="What each part of it says.")
