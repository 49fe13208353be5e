"""How tokens are drawn: every field that generators know, all optional."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Stop = Annotated[str, Field(min_length=1, max_length=256)]


class Thinking(BaseModel):
    """Bounds on what a model writes between two tokens, its thoughts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    open: str = Field(min_length=1, max_length=64, description="Text that opens thoughts; one token of the model.")
    close: str = Field(min_length=1, max_length=64, description="Text that closes them; another token.")
    temperature: float | None = Field(default=None, ge=0, le=10, description="Temperature inside; absent, the same.")
    min_tokens: int = Field(default=0, ge=0, lt=2**32, description="Fewest tokens inside.")
    max_tokens: int = Field(default=0, ge=0, lt=2**32, description="Most tokens inside; 0 for no limit.")


class Sampling(BaseModel):
    """What is absent takes the profile's value, then the algorithm's, then the model's own default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    temperature: float | None = Field(default=None, ge=0, le=10, description="Divides the logits; 0 is greedy.")
    top_p: float | None = Field(default=None, gt=0, le=1, description="Draw from the smallest set with this mass.")
    top_k: int | None = Field(default=None, ge=0, description="Draw from the k most probable tokens; 0 for all.")
    min_p: float | None = Field(default=None, ge=0, le=1, description="Drop tokens below this share of the best.")
    presence_penalty: float | None = Field(default=None, ge=-2, le=2, description="Taken once from tokens seen.")
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2, description="Taken for each time seen.")
    repetition_penalty: float | None = Field(default=None, gt=0, le=10, description="Divides logits of tokens seen.")
    logit_bias: dict[int, float] = Field(default={}, description="Added to the logits of these token ids.")
    max_tokens: int | None = Field(default=None, ge=1, description="Most tokens of one answer.")
    min_tokens: int | None = Field(default=None, ge=0, description="Fewest tokens before an answer may end.")
    stop: tuple[Stop, ...] = Field(default=(), description="Texts that end an answer; left out of it.")
    stop_token_ids: tuple[int, ...] = Field(default=(), description="Token ids that end an answer.")
    seed: int | None = Field(default=None, ge=0, lt=2**64, description="Where all randomness comes from.")

    thinking: Thinking | None = Field(default=None, description="How the model thinks before it answers.")

    def over(self, base: "Sampling") -> "Sampling":
        """Return these fields, and those of `base` where they are absent."""
        said = {name: getattr(base, name) for name in base.model_fields_set if getattr(self, name) in _ABSENT}
        return self.model_copy(update=said) if said else self


_ABSENT: tuple[object, ...] = (None, (), {})

UNSAID = Sampling()
"""Nothing is said about how tokens are drawn."""
