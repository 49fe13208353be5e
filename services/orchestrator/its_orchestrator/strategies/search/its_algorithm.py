"""Any algorithm of the orchestrator as a search: what it considers become items, with their scores."""

from dataclasses import replace
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from its_orchestrator import registry
from its_orchestrator.algorithms import Rewarded
from its_orchestrator.budget import Budget
from its_orchestrator.candidate import Candidate
from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import ITSStrategyBaseConfig
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.register import register_its_strategy
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy_base import StrategyBase
from its_orchestrator.events import Answer
from its_orchestrator.profiles import SAMPLES, Profiles
from its_orchestrator.prompt import said
from its_orchestrator.running.desk import Ask, Desk
from its_orchestrator.running.run import Engines, Run
from its_orchestrator.sampling import Sampling
from its_runtime.errors import ItsError, Unavailable, Unmet


class ItsAlgorithmConfig(ITSStrategyBaseConfig, name="its_algorithm"):
    """Parameters of its_algorithm; an algorithm's own name is a `_type`, too."""

    algorithm: str = Field(description="The algorithm, as `its algorithms` lists it.")
    parameters: dict[str, Any] = Field(default={}, description="The algorithm's parameters.")
    samples: int = Field(default=SAMPLES, ge=1, le=1000, description="What the algorithm counts.")
    model: str = Field(default="", description="The generator's model. Empty: its default one.")
    reward_model: str = Field(default="", description="The reward service's model. Empty: its default one.")

    @model_validator(mode="after")
    def _known(self) -> Self:
        try:
            registry.algorithm(self.algorithm).model_validate(self.parameters)
        except ValidationError as error:
            raise ValueError(
                "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            ) from error
        except ItsError as error:
            raise ValueError(error.message) from error
        return self


@register_its_strategy(config_type=ItsAlgorithmConfig)
class ItsAlgorithm(StrategyBase[ItsAlgorithmConfig]):
    """Run an algorithm on the prompt, within what is left of the run's budget; all whole answers become items."""

    stage = StageTypeEnum.SEARCH
    pipelines = tuple(PipelineTypeEnum)
    may_start_empty = True

    async def build_components(self, builder: Builder) -> None:
        self._engines = builder.engines
        self.gives_scores = issubclass(registry.algorithm(self.config.algorithm), Rewarded)

    async def ainvoke(
        self,
        items: list[ITSItem],
        original_prompt: str | None = None,
        agent_context: str | None = None,
        **kwargs: object,
    ) -> list[ITSItem]:
        if self._engines is None:
            raise Unmet("algorithms need a generator service; run this in an orchestrator that has one")
        answer = await self._answer(self._engines, original_prompt or "")
        whole = [one for one in answer.candidates if one.finished and one.text.strip()]
        if not whole:
            raise Unavailable(f"{self.config.algorithm} found no whole answer; allow it more tokens")
        return [self._item(original_prompt, one, chosen=one.id == answer.chosen.id) for one in whole]

    async def _answer(self, engines: Engines, prompt: str) -> Answer:
        session = self.turn.session
        if refusal := session.refusal():
            raise refusal
        desk = Desk(Profiles({}), engines.generator, engines.reward)
        run = Run(await desk.order(self._ask(prompt)), engines, session.recorder.quiet())
        try:
            return await run.answer()
        finally:
            session.account.ledger += replace(run.spent, answer_tokens=0, discarded_tokens=0, seconds=0.0)

    def _ask(self, prompt: str) -> Ask:
        config, session = self.config, self.turn.session
        samples = [one for one in (config.samples, session.samples_left) if one is not None]
        budget = Budget(samples=min(samples), tokens=session.account.tokens_left, seconds=session.watch.left)
        return Ask(
            request_id=f"{session.request_id[:64]}.{self.turn.turn_id[:40]}",
            prompt=said(prompt),
            model=config.model,
            algorithm=config.algorithm,
            parameters=config.parameters,
            budget=budget,
            sampling=Sampling(seed=session.call_seed(config.algorithm, prompt)),
            reward_model=config.reward_model,
            tenant=session.tenant,
            priority=session.priority,
            charged=session.charged,
        )

    def _item(self, prompt: str | None, one: Candidate, *, chosen: bool) -> ITSItem:
        planning = self.pipeline_type is PipelineTypeEnum.PLANNING
        known = {"algorithm": self.config.algorithm, "chosen": chosen, "votes": one.votes, "weight": one.weight}
        metadata = {name: value for name, value in known.items() if value is not None}
        return ITSItem(
            input=prompt, output=one.text, plan=one.text if planning else None, score=one.score, metadata=metadata
        )
