"""A language model, as strategies and functions ask it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from its_orchestrator.components.session import Session
from its_orchestrator.components.tab import Tab
from its_orchestrator.components.thinking import spoken
from its_orchestrator.prompt import Conversation, said
from its_runtime.errors import DeadlinePassed, Internal, ItsError, Unavailable


@dataclass(frozen=True, slots=True)
class Ask:
    """One call of a language model."""

    prompt: Conversation
    temperature: float | None = None
    max_tokens: int | None = None
    seed: int = 0
    schema: Mapping[str, Any] | None = None
    """JSON schema that the reply must follow, where the model can be held to one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a language model said."""

    content: str
    """As it was said."""
    model: str
    tokens: int = 0
    """Completion tokens."""
    prompt_tokens: int = 0

    @property
    def text(self) -> str:
        """What it said after thinking."""
        return spoken(self.content)


class Provider(Protocol):
    """Where a language model runs: shared by all runs of a process, it knows of none."""

    model: str
    """The model's name."""
    seconds: float
    """Longest that one call may take."""
    structured: bool
    """Whether replies can be held to a JSON schema."""

    @property
    def gate(self) -> asyncio.Semaphore:
        """Lets as many calls through at once as are allowed."""
        ...

    async def say(self, ask: Ask, tab: Tab) -> str:
        """Return what the model says, and enter into `tab` what that costs. Raises an ItsError."""
        ...


class Nobody:
    """A provider that says nothing, where components are only described or checked."""

    model = "nobody"
    seconds = 1.0
    structured = False

    @property
    def gate(self) -> asyncio.Semaphore:
        """A gate of its own."""
        return asyncio.Semaphore()

    async def say(self, ask: Ask, tab: Tab) -> str:
        raise Internal("a component that is only described or checked asks a model")


@dataclass(frozen=True)
class LLM:
    """A language model of one run: within its limits, with its seeds, on its account."""

    name: str
    """The entry of `llms`."""
    provider: Provider
    session: Session
    bound: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Options of every call: fields of Ask."""

    @property
    def model(self) -> str:
        """The model's name."""
        return self.provider.model

    @property
    def structured(self) -> bool:
        """Whether replies can be held to a JSON schema."""
        return self.provider.structured

    def bind(self, **options: Any) -> "LLM":  # noqa: ANN401  (fields of Ask)
        """Return the same model with `options`, such as `temperature=0.2`, for every call."""
        return replace(self, bound={**self.bound, **options})

    async def ainvoke(self, prompt: Conversation | str, **options: Any) -> Reply:  # noqa: ANN401  (fields of Ask)
        """Return what the model says to `prompt`; options are fields of Ask.

        Raises DeadlinePassed when a limit of the run or the call's own time ends, and whatever else went wrong: an
        error is never a reply, and neither is an empty text.
        """
        ask = Ask(prompt=said(prompt) if isinstance(prompt, str) else prompt, **{**self.bound, **options})
        ask = replace(ask, seed=self.session.call_seed(self.name, ask))
        async with self.provider.gate:
            return await self._said(ask)

    async def _said(self, ask: Ask) -> Reply:
        if refusal := self.session.refusal():
            raise refusal
        tab = Tab(self.session)
        tab.start(1)
        content = await self._in_time(ask, tab)
        if not content.strip():
            raise Unavailable(f"LLM {self.name!r} ({self.model}) said nothing; try again, or allow it more tokens")
        return Reply(content, self.model, tab.ledger.completion_tokens, tab.ledger.prompt_tokens)

    async def _in_time(self, ask: Ask, tab: Tab) -> str:
        left = self.session.watch.left
        seconds = self.provider.seconds if left is None else min(left, self.provider.seconds)
        try:
            async with asyncio.timeout(seconds):
                return await self.provider.say(ask, tab)
        except TimeoutError:
            raise self._late(seconds) from None

    def _late(self, seconds: float) -> ItsError:
        return self.session.refusal() or DeadlinePassed(
            f"LLM {self.name!r} ({self.model}) said nothing within {seconds:g} s; try again, or allow it more time"
        )
