"""A request of the completions protocol: every field of OpenAI's that is honoured, and ours beside them."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from its_gateway.choosing import AnyBudget
from its_gateway.schema import MOST_ALTERNATIVES, MOST_CHOICES, UINT32, Its, StreamOptions
from its_gateway.strict import Strict, refuse


def _prompts(prompt: object) -> object:
    if isinstance(prompt, list) and any(isinstance(one, int | list) for one in prompt):  # pyright: ignore[reportUnknownVariableType]
        raise refuse("token ids can't be read here; send the text")
    return [prompt] if isinstance(prompt, str) else prompt  # pyright: ignore[reportUnknownVariableType]


def _stops(stop: object) -> object:
    return [stop] if isinstance(stop, str) else stop


Text = Annotated[str, Field(min_length=1)]
MOST_PROMPTS = 64
_Texts = Annotated[list[Text], Field(min_length=1, max_length=MOST_PROMPTS)]


class CompletionRequest(Strict):
    """The body of `POST /v1/completions`."""

    model: str = Field(min_length=1, max_length=400, description="A model, a profile, or `<either>:<algorithm>`.")
    prompt: Annotated[list[Text], BeforeValidator(_prompts, json_schema_input_type=Text | _Texts)] = Field(
        min_length=1, max_length=MOST_PROMPTS, description="A text that is continued, or up to 64 of them."
    )

    budget: AnyBudget | None = Field(
        default=None, description="Of each prompt: 1 to 1000 samples, or an object of samples, tokens and seconds."
    )
    algorithm: str = Field(default="", max_length=128, description="The algorithm; /v1/models lists them.")
    its: Its = Field(default=Its(), description="Parameters of the algorithm and `reward_model`.")

    temperature: float | None = Field(default=None, description="A number from 0 (greedy) to 10.")
    top_p: float | None = Field(default=None, description="A number above 0 and up to 1.")
    presence_penalty: float | None = Field(default=None, description="A number from -2 to 2.")
    frequency_penalty: float | None = Field(default=None, description="A number from -2 to 2.")
    logit_bias: dict[str, float] | None = Field(default=None, description="Numbers from -100 to 100 by token id.")
    max_tokens: int | None = Field(default=None, ge=1, le=UINT32, description="Most tokens of one candidate.")
    stop: Annotated[list[str] | None, BeforeValidator(_stops, json_schema_input_type=str | list[str])] = Field(
        default=None, description="A text, or up to 64 texts, that end a candidate."
    )
    seed: int | None = Field(default=None, description="As in chat completions; it is every prompt's.")

    echo: bool = Field(default=False, description="Give the prompt back before what continues it.")
    stream: bool = Field(default=False, description="Answer as server-sent events.")
    stream_options: StreamOptions | None = Field(default=None, description="Only with stream.")
    user: str = Field(default="", description="Kept for the logs.")

    n: int = Field(
        default=1, ge=1, le=MOST_CHOICES, description="Answers to each prompt, each from a run with the whole `budget`."
    )
    logprobs: int | None = Field(
        default=None,
        ge=0,
        le=MOST_ALTERNATIVES,
        description="Report log-probabilities, with 0 to 20 alternatives each.",
    )
    best_of: Literal[1] = Field(default=1, description="`budget` is what samples many and returns the best.")
    suffix: Literal[""] = Field(default="", description="Nothing can be put behind what is written.")

    @model_validator(mode="after")
    def agrees_with_itself(self) -> Self:
        """Refuse fields that contradict one another."""
        if self.stream_options and not self.stream:
            raise refuse("it goes with `stream: true` only", "stream_options")
        if self.echo and self.logprobs is not None:
            raise refuse("with echo there are none: those of a prompt are not known; send one of the two", "logprobs")
        if len(self.prompt) * self.n > MOST_CHOICES:
            raise refuse(f"{len(self.prompt)} prompts with n = {self.n} are more than {MOST_CHOICES} answers", "n")
        if self.its.progress:
            raise refuse(
                "a completion is its text, with no room for what happens; use chat completions", "its.progress"
            )
        return self

    def to_chat(self) -> dict[str, object]:
        """Return the fields of a chat completion request that mean the same; the prompts stay outside of it."""
        chat = self.model_dump(exclude=_OWN, exclude_unset=True, exclude_none=True, by_alias=True)
        likely = {} if self.logprobs is None else {"logprobs": True, "top_logprobs": self.logprobs}
        return {**chat, **likely, "messages": [{"role": "user", "content": self.prompt[0]}]}


_OWN = {"prompt", "echo", "n", "best_of", "suffix", "logprobs"}
