"""The base of every shape: all of its fields are there, and no others."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A JSON object of an answer."""

    model_config = ConfigDict(extra="forbid")
