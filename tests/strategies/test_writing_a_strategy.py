"""A strategy of one's own, written as the documentation of the seed shows: a config, a class, a decorated function."""

import pytest

from its_orchestrator.strategies import (
    Builder,
    ITSItem,
    ITSStrategyBaseConfig,
    LLMRef,
    PipelineTypeEnum,
    StageTypeEnum,
    StrategyBase,
    TTCItem,
    register_its_strategy,
    register_ttc_strategy,
)
from its_orchestrator.testing import Bench, Script
from its_orchestrator.workflows.listing import strategies
from its_runtime.errors import InvalidRequest, Unmet


class MyStrategyConfig(ITSStrategyBaseConfig, name="my_strategy"):
    my_param: float = 0.5
    llm: LLMRef


class MyStrategy(StrategyBase):
    """Written as for the seed: it changes items in place, and knows nothing of runs."""

    async def build_components(self, builder: Builder) -> None:
        self.llm = await builder.get_llm(self.config.llm, wrapper_type="langchain")
        self.closed = False

    def supported_pipeline_types(self) -> list[PipelineTypeEnum]:
        return [PipelineTypeEnum.PLANNING]

    def stage_type(self) -> StageTypeEnum:
        return StageTypeEnum.SCORING

    async def ainvoke(
        self, items: list[ITSItem], original_prompt: str | None = None, agent_context: str | None = None
    ) -> list[ITSItem]:
        for item in items:
            reply = await self.llm.bind(temperature=0.0).ainvoke(f"{original_prompt}: {item.plan}")
            item.score = len(reply.content) * self.config.my_param
        return items


CLOSED: list[MyStrategy] = []


@register_its_strategy(config_type=MyStrategyConfig)
async def register_my_strategy(cfg: MyStrategyConfig, builder: Builder):
    strat = MyStrategy(cfg)
    await strat.build_components(builder)
    yield strat
    CLOSED.append(strat)


@pytest.fixture
def bench():
    script = Script(lambda asked, number: asked.rpartition(": ")[2])
    return Bench(
        {
            "llms": {"a": {"_type": "scripted", "script": script}},
            "its_strategies": {"mine": {"_type": "my_strategy", "llm": "a", "my_param": 2}},
        }
    )


async def test_it_works_unchanged(bench):
    plans = [ITSItem(plan="go"), TTCItem(plan="stay")]

    scored = await bench.stage("scoring", "mine", plans)

    assert [one.score for one in scored] == [4.0, 8.0]


async def test_what_it_changes_in_place_is_changed_for_nobody_else(bench):
    plan = ITSItem(plan="go")

    await bench.stage("scoring", "mine", [plan])

    assert plan.score is None


async def test_its_calls_stand_in_the_runs_ledger(bench):
    await bench.stage("scoring", "mine", [ITSItem(plan="go"), ITSItem(plan="stay")])

    assert bench.session.account.ledger.samples == 2


async def test_what_follows_its_yield_runs_when_the_run_ends(bench):
    CLOSED.clear()

    await bench.stage("scoring", "mine", [ITSItem(plan="go")])

    assert len(CLOSED) == 1


async def test_each_who_asks_for_it_gets_one_of_its_own(bench):
    async with bench.open() as builder:
        asked = "mine", PipelineTypeEnum.PLANNING, StageTypeEnum.SCORING

        assert await builder.get_its_strategy(*asked) is not await builder.get_ttc_strategy(*asked)


async def test_it_is_listed_with_its_stage_and_fields():
    mine = next(one for one in await strategies() if one.type == "my_strategy")

    assert (mine.stage, mine.pipelines) == (StageTypeEnum.SCORING, (PipelineTypeEnum.PLANNING,))
    assert mine.schema["properties"]["my_param"]["default"] == 0.5


def test_a_name_that_is_taken_is_refused():
    class Other(ITSStrategyBaseConfig, name="my_strategy"):
        pass

    with pytest.raises(Unmet, match="strategy type 'my_strategy' is registered already"):
        register_ttc_strategy(config_type=Other)(register_my_strategy)


def test_a_name_that_a_builtin_goes_by_is_refused():
    class Other(ITSStrategyBaseConfig, name="best_of_n_selector"):
        pass

    with pytest.raises(Unmet, match="registered already"):
        register_its_strategy(config_type=Other)(register_my_strategy)


def test_a_type_that_does_not_exist_lists_what_does():
    with pytest.raises(InvalidRequest, match="no strategy has the type 'zzz'; there are best_of_n_selection, "):
        Bench({"its_strategies": {"it": {"_type": "zzz"}}})


class SelfishConfig(ITSStrategyBaseConfig, name="selfish_editing"):
    pass


@register_its_strategy(config_type=SelfishConfig)
class Selfish(StrategyBase):
    """Edits, and loses an item on the way."""

    stage = StageTypeEnum.EDITING
    pipelines = (PipelineTypeEnum.PLANNING,)

    async def ainvoke(self, items, original_prompt=None, agent_context=None, **kwargs):
        return items[1:]


async def test_a_strategy_that_breaks_its_stages_promise_is_named():
    bench = Bench({"its_strategies": {"it": {"_type": "selfish_editing"}}})

    with pytest.raises(Unmet, match="strategy 'selfish_editing' returned 1 items for 2: editing keeps all"):
        await bench.stage("editing", "it", [ITSItem(), ITSItem()])
