"""A chat completion request: every field of OpenAI's that is honoured, with its limits, and ours beside them."""

import re
from collections.abc import Set
from typing import Annotated, Literal, Self, cast

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from its_gateway.kinds import OBJECT, kind, told
from its_gateway.messages import ChatMessage
from its_gateway.strict import Refused, Strict, anew, refuse
from its_gateway.tools import AnyToolChoice, Tool, ToolChoice

UINT32 = 2**32 - 1
MOST_CHOICES = 128
"""As many as OpenAI allows."""
MOST_ALTERNATIVES = 20
_DIGITS = re.compile(r"-?[0-9]{1,20}")
_Seed = Annotated[int, Field(ge=-(2**63), le=2**64 - 1)]
_SeedText = Annotated[str, Field(pattern=f"^{_DIGITS.pattern}$")]


Samples = Annotated[int, Field(ge=1, le=1000)]


class Budget(Strict):
    """How much a run may spend; whichever ends first ends the run."""

    samples: Samples | None = Field(default=None, description="Samples, particles or beams, 1 to 1000.")
    tokens: int | None = Field(default=None, ge=1, le=2**63 - 1, description="Completion tokens in total.")
    seconds: float | None = Field(default=None, gt=0, description="Wall seconds.")


def _samples(budget: object) -> object:
    return cast("object", budget) if isinstance(budget, dict) else {"samples": budget}


def _number(seed: object) -> object:
    return int(seed) if isinstance(seed, str) and _DIGITS.fullmatch(seed) else seed


def _stops(stop: object) -> object:
    return [stop] if isinstance(stop, str) else stop


class JsonSchema(Strict):
    """The JSON schema that an answer must follow."""

    name: str
    description: str = ""
    schema_: dict[str, object] = Field(alias="schema")
    strict: bool = False


class ResponseFormat(Strict):
    """A form that the answer must have."""

    model_config = told(
        kind({"type": {"const": "json_schema"}, "json_schema": OBJECT}),
        kind({"type": {"enum": ["text", "json_object"]}}, ["json_schema"]),
    )

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None

    @model_validator(mode="after")
    def has_its_schema(self) -> Self:
        """Refuse a type and a schema that don't belong together."""
        if (self.type == "json_schema") != (self.json_schema is not None):
            raise refuse("`json_schema` goes with type 'json_schema', and that type needs it")
        return self


class StreamOptions(Strict):
    """What a stream carries beside its text."""

    include_usage: bool = False
    include_obfuscation: Literal[False] = False


class Thinking(Strict):
    """Bounds on what a model writes between two of its tokens, its thoughts."""

    open: str = Field(description="The text that opens thoughts, one token.")
    close: str = Field(description="The text that closes them, one token.")
    temperature: float | None = Field(default=None, description="Inside, in place of the request's own.")
    min_tokens: int = Field(default=0, ge=0, le=UINT32, description="Fewest tokens inside.")
    max_tokens: int = Field(default=0, ge=0, le=UINT32, description="Most tokens inside; 0 for no limit.")


class Its(Strict):
    """What is ours and not OpenAI's: three words of the gateway's own, and any parameter of the algorithm."""

    model_config = ConfigDict(extra="allow")

    progress: bool = Field(default=False, description="Stream what happens as `reasoning_content`.")
    reward_model: str = Field(default="", description="The reward model; empty for the profile's.")
    thinking: Thinking | None = Field(default=None, description="How the model thinks before it answers.")

    @property
    def parameters(self) -> dict[str, object]:
        """The algorithm's parameters; the orchestrator knows which exist."""
        return self.model_extra or {}


TokenId = Annotated[int, Field(ge=0, le=UINT32)]


class ChatRequest(Strict):
    """The body of `POST /v1/chat/completions`."""

    model: str = Field(min_length=1, max_length=400, description="A model, a profile, or `<either>:<algorithm>`.")
    messages: list[ChatMessage] = Field(min_length=1, description="The conversation, oldest message first.")

    budget: Annotated[Budget, BeforeValidator(_samples, json_schema_input_type=Samples | Budget)] = Field(
        default=Budget(), description="Give 1 to 1000 samples, or an object of samples, tokens and seconds."
    )
    algorithm: str = Field(default="", max_length=128, description="The algorithm; /v1/models lists them.")
    its: Its = Field(default=Its(), description="Parameters of the algorithm, and words of the gateway's own.")
    return_response_only: bool = Field(default=False, description="Leave out the block `its` of the answer.")

    temperature: float | None = Field(default=None, description="A number from 0 (greedy) to 10.")
    top_p: float | None = Field(default=None, description="A number above 0 and up to 1.")
    top_k: int | None = Field(default=None, ge=0, le=UINT32, description="0 for all tokens.")
    min_p: float | None = Field(default=None, description="A number from 0 to 1.")
    presence_penalty: float | None = Field(default=None, description="A number from -2 to 2.")
    frequency_penalty: float | None = Field(default=None, description="A number from -2 to 2.")
    repetition_penalty: float | None = Field(default=None, description="A number above 0 and up to 10.")
    logit_bias: dict[Annotated[str, Field(pattern=r"^[0-9]{1,9}$")], float] = anew(
        dict, "Numbers from -100 to 100 by token id."
    )
    max_tokens: int | None = Field(default=None, ge=1, le=UINT32, description="Most tokens of one candidate.")
    max_completion_tokens: int | None = Field(default=None, ge=1, le=UINT32, description="The same as max_tokens.")
    min_tokens: int | None = Field(default=None, ge=0, le=UINT32, description="Fewest tokens of one candidate.")
    stop: Annotated[list[str], BeforeValidator(_stops, json_schema_input_type=str | list[str])] = anew(
        list, "A text, or up to 64 texts, that end a candidate."
    )
    stop_token_ids: list[TokenId] = anew(list, "Token ids that end a candidate.")
    seed: Annotated[int | None, BeforeValidator(_number, json_schema_input_type=_Seed | _SeedText)] = Field(
        default=None,
        ge=-(2**63),
        le=2**64 - 1,
        description="A 64-bit integer, or its digits as a text; a negative one counts from 2^64 down.",
    )

    response_format: ResponseFormat | None = Field(default=None, description="A form that the answer must have.")
    tools: list[Tool] = anew(list, "Tools that the model may call.")
    tool_choice: AnyToolChoice | None = Field(default=None, description="Whether it may, must or must not.")
    stream: bool = Field(default=False, description="Answer as server-sent events.")
    stream_options: StreamOptions | None = Field(default=None, description="Only with stream.")

    user: str = Field(default="", description="Kept for the logs.")
    safety_identifier: str = Field(default="", description="Kept for the logs.")
    metadata: dict[str, str] = anew(dict, "Texts by name, kept for the logs.")
    prompt_cache_key: str = Field(
        default="", description="Kept for the logs; questions that begin alike share their beginnings without it."
    )

    n: int = Field(
        default=1,
        ge=1,
        le=MOST_CHOICES,
        description="How many answers are returned, 1 to 128, each from a run of its own with the whole `budget`.",
    )
    logprobs: bool = Field(default=False, description="Report the log-probability of each token of the answer.")
    top_logprobs: int | None = Field(
        default=None, ge=0, le=MOST_ALTERNATIVES, description="Alternatives to each token, 0 to 20; with `logprobs`."
    )
    parallel_tool_calls: bool = Field(default=True, description="Whether one answer may call several tools.")

    modalities: list[Literal["text"]] = anew(lambda: ["text"], "Text is the only modality.")
    service_tier: Literal["auto", "default"] = Field(default="auto", description="There is one tier.")
    store: Literal[False] = Field(default=False, description="Completions are not stored.")
    verbosity: Literal["medium"] = Field(default="medium", description="Say in a message how long to be.")
    prompt_cache_retention: Literal["in_memory"] = Field(
        default="in_memory", description="Beginnings are kept in memory, for as long as there is room."
    )

    audio: Refused = Field(default=None, description="Text is the only modality; leave it out.")
    functions: Refused = Field(default=None, description="This is the old form of `tools`; send those.")
    function_call: Refused = Field(default=None, description="This is the old form of `tool_choice`; send that.")
    moderation: Refused = Field(default=None, description="Nothing is moderated; leave it out.")
    prediction: Refused = Field(default=None, description="Predicted answers are not used; leave it out.")
    prompt_cache_options: Refused = Field(
        default=None, description="Beginnings are shared wherever questions begin alike; leave it out."
    )
    reasoning_effort: Refused = Field(default=None, description="`budget` says how much to spend on an answer.")
    web_search_options: Refused = Field(default=None, description="Nothing is searched on the web; leave it out.")

    @model_validator(mode="after")
    def agrees_with_itself(self) -> Self:
        """Refuse fields that contradict one another."""
        limits = {self.max_tokens, self.max_completion_tokens} - {None}
        if len(limits) > 1:
            raise refuse("max_tokens and max_completion_tokens are one limit; send one of them", "max_tokens")
        if self.stream_options and not self.stream:
            raise refuse("it goes with `stream: true` only", "stream_options")
        if self.top_logprobs is not None and not self.logprobs:
            raise refuse("it goes with `logprobs: true` only", "top_logprobs")
        if self.tool_choice:
            _check(self.tool_choice, {tool.function.name for tool in self.tools})
        return self


def _check(choice: ToolChoice, tools: Set[str]) -> None:
    strange = choice.names - tools
    if strange:
        raise refuse(f"it names {min(strange)!r}, which is not one of the tools", "tool_choice")
    if choice.mode == "required" and not tools:
        raise refuse("'required' needs tools to choose from", "tool_choice")
