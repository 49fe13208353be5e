"""Models of the generator service: `_type: its`."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from pydantic import Field

from its_orchestrator.candidate import Candidate, StopReason
from its_orchestrator.components.llm import Ask
from its_orchestrator.components.register import register_llm_provider
from its_orchestrator.components.supplies import Supplies
from its_orchestrator.components.tab import Tab
from its_orchestrator.engines import Generator, GeneratorModel
from its_orchestrator.form import Form
from its_orchestrator.growing.grower import Grower
from its_orchestrator.growing.growth import Growth
from its_orchestrator.llms.settings import ModelConfig
from its_orchestrator.sampling import Sampling
from its_orchestrator.terms import Terms
from its_runtime.errors import NotFound, Unavailable, Unmet


class ServedConfig(ModelConfig, name="its"):
    """A model of the generator service."""

    model: str = Field(default="", description="The generator's model. Empty: its default one.")
    structured_outputs: bool = Field(
        default=False, description="Whether judges' replies are held to a JSON schema; its engine must be able to."
    )


class Served:
    """Answers as the protocol `Provider`: one call is one growth, with all that a run keeps of those."""

    def __init__(self, generator: Generator | None, config: ServedConfig) -> None:
        self.model = config.model or "the default model"
        self.seconds = config.request_timeout
        self.structured = config.structured_outputs
        self.gate = asyncio.Semaphore(config.max_concurrency)
        self._generator = generator
        self._config = config

    async def say(self, ask: Ask, tab: Tab) -> str:
        if self._generator is None:
            raise Unmet(
                "there is no generator service here; use an LLM of another type, or run this where there is one"
            )
        terms = self._terms(ask, tab, await self._served(self._generator))
        session = tab.session
        grower = Grower(self._generator, terms, tab, session.watch, session.recorder.trace_id)
        try:
            growth = Growth(Candidate(str(ask.seed)), terms.sampling.max_tokens)
            async with aclosing(grower.grow([growth], None, None)) as grown:
                said = [candidate async for candidate in grown]
            await grower.close(at_once=False)
        finally:
            await grower.close(at_once=True)
            session.account.stopped_by = session.account.stopped_by or tab.stopped_by
        return self._text(said, tab)

    def _text(self, said: list[Candidate], tab: Tab) -> str:
        if not said:
            raise tab.error or Unavailable(f"generator: model {self.model!r} said nothing; try again")
        if said[0].stop_reason in {None, StopReason.CANCELLED}:
            raise tab.session.refusal() or Unavailable(f"generator: model {self.model!r} was cut off; try again")
        return said[0].text

    async def _served(self, generator: Generator) -> GeneratorModel:
        models = await generator.models()
        name = self._config.model
        found = next((one for one in models if not name or one.identity.name == name), None)
        if found is None:
            served = ", ".join(one.identity.name for one in models) or "none"
            raise NotFound(f"the generator serves no model called {name!r}; it serves {served}")
        self.model = found.identity.name
        return found

    def _terms(self, ask: Ask, tab: Tab, model: GeneratorModel) -> Terms:
        config, session = self._config, tab.session
        sampling = Sampling(
            temperature=config.temperature if ask.temperature is None else ask.temperature,
            top_p=config.top_p,
            max_tokens=ask.max_tokens or config.max_tokens,
        )
        return Terms(
            request_id=f"{session.request_id[:80]}.{ask.seed}",
            prompt=ask.prompt,
            samples=1,
            model=model,
            seed=ask.seed,
            sampling=sampling,
            structured_output=self._form(ask, model),
            tenant=session.tenant,
            priority=session.priority,
            charged=session.charged,
        )

    def _form(self, ask: Ask, model: GeneratorModel) -> Form | None:
        if ask.schema is None or not self.structured:
            return None
        if "json_schema" not in model.structured_outputs:
            raise Unmet(f"model {model.identity.name!r} can't be held to a JSON schema; leave out structured_outputs")
        return Form("json_schema", json.dumps(ask.schema))


@register_llm_provider(config_type=ServedConfig)
async def served(config: ServedConfig, supplies: Supplies) -> AsyncGenerator[Served]:
    """Ask a model of the generator service."""
    yield Served(supplies.engines.generator if supplies.engines else None, config)
