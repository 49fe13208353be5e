"""`POST /configure`: an administrator makes a profile, in the words of the seed's service.

Its fields mean what they meant there, and it answers as it did; but it makes a profile, which later requests choose by
its name, and no running request notices. Who may call it is the gate's matter (`its_gateway.gate`).
"""

from collections.abc import Mapping
from typing import Any, Literal

import orjson
from fastapi import Request, Response
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pydantic import Field

from its.chat.v1.sampling_pb2 import Sampling
from its.orchestrator.v1.answer_pb2 import Budget
from its.orchestrator.v1.listing_pb2 import Profile
from its.orchestrator.v1.orchestrator_pb2 import ConfigureRequest, ConfigureResponse
from its_gateway import endpoints
from its_gateway.errors import from_its
from its_gateway.orchestrator import Orchestrator
from its_gateway.parse import parse_as, read_body
from its_gateway.renaming import renamed
from its_gateway.schema import UINT32
from its_gateway.settings import Settings
from its_gateway.strict import Strict
from its_runtime.errors import ItsError


class ExtraArgs(Strict):
    """How tokens are drawn, beside the temperature."""

    max_tokens: int | None = Field(default=None, ge=1, le=UINT32, description="Most tokens of one candidate.")
    top_p: float | None = Field(default=None, description="A number above 0 and up to 1.")
    top_k: int | None = Field(default=None, ge=0, le=UINT32, description="0 for all tokens.")
    min_p: float | None = Field(default=None, description="A number from 0 to 1.")
    presence_penalty: float | None = Field(default=None, description="A number from -2 to 2.")
    frequency_penalty: float | None = Field(default=None, description="A number from -2 to 2.")
    repetition_penalty: float | None = Field(default=None, description="A number above 0 and up to 10.")
    seed: int | None = Field(default=None, ge=0, le=2**63 - 1, description="Where all randomness comes from.")


class Configuration(Strict):
    """The body of `POST /configure`."""

    model: str = Field(min_length=1, max_length=256, description="The generator's model.")
    alg: str = Field(min_length=1, max_length=128, description="The algorithm; /v1/models lists them.")
    profile: str = Field(
        default="", max_length=256, description="The name to make. Empty: the model's, and it becomes the default."
    )
    budget: int | None = Field(default=None, ge=1, le=1000, description="Samples, where a request names none.")
    temperature: float | None = Field(default=None, description="A number from 0 (greedy) to 10.")
    extra_args: ExtraArgs = Field(default=ExtraArgs(), description="How tokens are drawn, beside the temperature.")

    provider: Literal["openai"] = Field(default="openai", description="What an endpoint speaks.")
    endpoint: str | None = Field(
        default=None, description="Where the model is; one of those that the setting gateway.endpoints lists."
    )
    api_key: str | None = Field(default=None, description="The key that is bound to that endpoint.")

    rm_name: str = Field(default="", max_length=256, description="The reward model. Empty: the default one.")
    rm_device: str | None = Field(
        default=None, description="Where the reward model runs is the reward service's own setting; the answer says so."
    )
    rm_agg_method: Literal["model", "prod", "min", "last", "mean", "default"] | None = Field(
        default=None, description="How the scores of steps become one."
    )
    step_token: str | None = Field(default=None, min_length=1, description="Ends a step.")
    stop_token: str | None = Field(default=None, min_length=1, description="Ends a candidate; left out of its text.")
    regex_patterns: list[str] | None = Field(default=None, description="What of an answer is voted on.")
    tool_vote: str | None = Field(default=None, description="What of a call of a tool is voted on.")
    exclude_tool_args: list[str] | None = Field(default=None, description="Arguments that make no difference.")


_PARAMETERS = {
    "rm_agg_method": "aggregation",
    "step_token": "step_delimiters",
    "regex_patterns": "regex_patterns",
    "tool_vote": "tool_vote",
    "exclude_tool_args": "exclude_tool_args",
}
"""Fields that are parameters of algorithms; one that the algorithm doesn't have is refused."""

_NAMES = {
    **{f"parameters.{theirs}": ours for ours, theirs in _PARAMETERS.items()},
    **{f"its.{theirs}": ours for ours, theirs in _PARAMETERS.items()},
    "its.reward_model": "rm_name",
    "algorithm": "alg",
    "profile.budget.samples": "budget",
    "profile.sampling.temperature": "temperature",
    "profile.sampling.": "extra_args.",
    "profile.name": "profile",
    "profile.model": "model",
}
"""What the orchestrator's names of fields are called here."""


class Configure:
    """The endpoint, with what it needs."""

    def __init__(self, settings: Settings, orchestrator: Orchestrator) -> None:
        self._settings = settings
        self._orchestrator = orchestrator

    async def make(self, request: Request) -> Response:
        """Make the profile in the body of `request`, at once and for all later requests."""
        body = await read_body(request, self._settings.max_body_bytes)
        asked = parse_as(Configuration, request.headers.get("content-type", ""), body)
        endpoints.check(self._settings.endpoints, asked.model, asked.endpoint, asked.api_key, ("endpoint", "api_key"))
        try:
            made = await self._orchestrator.configure(to_request(asked))
        except ItsError as error:
            raise renamed(from_its(error), _NAMES) from error
        return Response(orjson.dumps(_said(asked, made)), media_type="application/json")


def to_request(asked: Configuration) -> ConfigureRequest:
    """Return what the orchestrator is asked; everything that is to last is in it."""
    profile = Profile(
        name=asked.profile or asked.model,
        model=asked.model,
        algorithm=asked.alg,
        parameters=_parameters(asked),
        budget=Budget(samples=asked.budget),
        sampling=Sampling(
            temperature=asked.temperature,
            stop=[asked.stop_token] if asked.stop_token else [],
            **asked.extra_args.model_dump(exclude_none=True),
        ),
        reward_model=asked.rm_name,
    )
    return ConfigureRequest(profile=profile, make_default=not asked.profile)


def _parameters(asked: Configuration) -> Struct:
    given: Mapping[str, Any] = {theirs: getattr(asked, ours) for ours, theirs in _PARAMETERS.items()}
    if asked.step_token is not None:
        given = {**given, "step_delimiters": [asked.step_token]}
    parameters = Struct()
    parameters.update({name: value for name, value in given.items() if value is not None})
    return parameters


def _said(asked: Configuration, made: ConfigureResponse) -> dict[str, Any]:
    name = made.profile.name
    notes = [
        f"Initialized {asked.model} with {asked.alg} algorithm",
        f"requests for the model {name!r} get it" + ("" if asked.profile else ", and it is the default"),
        "" if made.kept else "it is forgotten at the next restart: the setting orchestrator.state names a file for it",
        f"where the reward model runs is not chosen here, so rm_device {asked.rm_device!r} changes nothing"
        if asked.rm_device
        else "",
    ]
    return {
        "status": "success",
        "message": "; ".join(filter(None, notes)),
        "profile": MessageToDict(made.profile, preserving_proto_field_name=True),
        "kept": made.kept,
        "models": [model.name for model in made.models],
    }
