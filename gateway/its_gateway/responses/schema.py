"""A request of the responses protocol: every field of OpenAI's that is honoured, and ours beside them."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic.config import JsonDict

from its_gateway.choosing import AnyBudget, Refused
from its_gateway.kinds import NULL, OBJECT, TEXT, kind, told
from its_gateway.responses.functions import AnyChoice, CallableFunction
from its_gateway.responses.items import Item
from its_gateway.schema import MOST_ALTERNATIVES, UINT32, Its
from its_gateway.strict import Strict, refuse

_FREE: JsonDict = {"enum": ["text", "json_object", None]}


class Format(Strict):
    """A form that the answer must have."""

    model_config = told(
        kind({"type": {"const": "json_schema"}, "name": TEXT, "schema": OBJECT}),
        {"properties": {"type": _FREE, "name": NULL}},
        {"properties": {"type": _FREE, "schema": NULL}},
    )

    type: Literal["text", "json_object", "json_schema"] = "text"
    name: str | None = None
    description: str | None = None
    schema_: dict[str, object] | None = Field(default=None, alias="schema")
    strict: bool | None = None

    @model_validator(mode="after")
    def has_its_schema(self) -> Self:
        """Refuse a type and a schema that don't belong together."""
        if (self.type == "json_schema") != (self.schema_ is not None and self.name is not None):
            raise refuse("`schema` and `name` go with type 'json_schema', and that type needs them")
        return self


class Text(Strict):
    """How the answer is written."""

    format: Format = Format()
    verbosity: Literal["medium"] = Field(default="medium", description="The model is as verbose as it is.")


class Reasoning(Strict):
    """What is told of the search."""

    effort: Refused = Field(default=None, description="`budget` says how much to spend on an answer.")
    context: Refused = Field(default=None, description="A model reads no reasoning again; leave it out.")
    mode: Refused = Field(default=None, description="`algorithm` says how an answer is searched for.")

    summary: Literal["auto", "concise", "detailed"] | None = Field(
        default=None, description="Tell what happens as a reasoning item; the three words mean the same."
    )
    generate_summary: Literal["auto", "concise", "detailed"] | None = Field(
        default=None, description="The old name of `summary`."
    )

    @property
    def told(self) -> bool:
        """Whether to tell it."""
        return bool(self.summary or self.generate_summary)


class EventOptions(Strict):
    """What a stream carries beside its events."""

    include_obfuscation: Literal[False] = False


def _items(given: object) -> object:
    return [{"role": "user", "content": given}] if isinstance(given, str) else given


def _some(items: list[Item]) -> list[Item]:
    if not any(item.type != "reasoning" for item in items):
        raise refuse("the input has no message; send a text, or a list of items")
    return items


_STATELESS = "responses are not stored here; send the whole conversation as `input`"
_Items = Annotated[list[Item], Field(min_length=1)]
Input = Annotated[list[Item], BeforeValidator(_items, json_schema_input_type=str | _Items), AfterValidator(_some)]


class ResponseRequest(Strict):
    """The body of `POST /v1/responses`."""

    model: str = Field(min_length=1, max_length=400, description="A model, a profile, or `<either>:<algorithm>`.")
    input: Input = Field(description="A text, or the conversation's items, oldest first.")
    instructions: str = Field(default="", description="What the model is told before the conversation.")

    budget: AnyBudget | None = Field(
        default=None, description="Give 1 to 1000 samples, or an object of samples, tokens and seconds."
    )
    algorithm: str = Field(default="", max_length=128, description="The algorithm; /v1/models lists them.")
    its: Its = Field(default=Its(), description="Parameters of the algorithm, `progress` and `reward_model`.")

    temperature: float | None = Field(default=None, description="A number from 0 (greedy) to 10.")
    top_p: float | None = Field(default=None, description="A number above 0 and up to 1.")
    max_output_tokens: int | None = Field(default=None, ge=1, le=UINT32, description="Most tokens of one candidate.")
    seed: int | None = Field(default=None, description="As in chat completions; OpenAI's protocol has none here.")

    text: Text = Field(default=Text(), description="How the answer is written.")
    reasoning: Reasoning = Field(default=Reasoning(), description="Whether the search tells what it does.")
    tools: list[CallableFunction] = Field(default=[], description="Functions that the model may call.")
    tool_choice: AnyChoice | None = Field(default=None, description="Whether it may, must or must not.")
    parallel_tool_calls: bool = Field(default=True, description="Whether the answer may call several functions.")
    stream: bool = Field(default=False, description="Answer as server-sent events.")
    stream_options: EventOptions | None = Field(default=None, description="Only with stream.")

    user: str = Field(default="", description="Kept for the logs.")
    safety_identifier: str = Field(default="", description="Kept for the logs.")
    metadata: dict[str, str] = Field(default={}, description="Texts by name, given back, and kept for the logs.")
    prompt_cache_key: str = Field(default="", description="As in chat completions.")

    include: list[Literal["message.output_text.logprobs", "reasoning.encrypted_content"]] = Field(
        default=[],
        description="Log-probabilities of the answer; reasoning is told plainly, so there is no secret of it.",
    )
    top_logprobs: int | None = Field(
        default=None,
        ge=0,
        le=MOST_ALTERNATIVES,
        description="Alternatives to each token, 0 to 20; with log-probabilities.",
    )
    service_tier: Literal["auto", "default"] = Field(default="auto", description="There is one tier.")
    truncation: Literal["disabled"] = Field(default="disabled", description="A conversation is never cut.")
    background: Literal[False] = Field(default=False, description="An answer comes with its request.")
    store: Literal[False] = Field(default=False, description=_STATELESS)
    prompt_cache_retention: Literal["in_memory"] = Field(default="in_memory", description="As in chat completions.")

    previous_response_id: Refused = Field(default=None, description=_STATELESS)
    conversation: Refused = Field(default=None, description=_STATELESS)
    access_programs: Refused = Field(default=None, description="There are no such programs; leave it out.")
    background_options: Refused = Field(default=None, description="An answer comes with its request.")
    context_management: Refused = Field(default=None, description="A conversation is never cut; leave it out.")
    image: Refused = Field(default=None, description="Text is the only modality; leave it out.")
    max_tool_calls: Refused = Field(
        default=None, description="Functions are called by who asks, as often as they like; leave it out."
    )
    moderation: Refused = Field(default=None, description="Nothing is moderated; leave it out.")
    prompt: Refused = Field(default=None, description="No prompts are stored here; send `instructions` and `input`.")
    prompt_cache_options: Refused = Field(
        default=None, description="Beginnings are shared wherever questions begin alike; leave it out."
    )

    @property
    def wants_telling(self) -> bool:
        """Whether the search tells what it does."""
        return self.reasoning.told or self.its.progress

    @property
    def wants_logprobs(self) -> bool:
        """Whether to report the log-probability of each token of the answer."""
        return self.top_logprobs is not None or "message.output_text.logprobs" in self.include

    @model_validator(mode="after")
    def agrees_with_itself(self) -> Self:
        """Refuse fields that contradict one another."""
        if self.stream_options and not self.stream:
            raise refuse("it goes with `stream: true` only", "stream_options")
        return self
