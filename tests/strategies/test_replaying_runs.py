"""A run with the same seed comes to the same, in whatever order its parts finish; and no item reaches into another."""

import asyncio
from collections.abc import Sequence

import pytest

from its_orchestrator.events import AttemptEnded
from its_orchestrator.strategies import (
    Builder,
    FunctionBaseConfig,
    ITSItem,
    ITSStrategyBaseConfig,
    PipelineTypeEnum,
    StageTypeEnum,
    StrategyBase,
    register_function,
    register_its_strategy,
)
from its_orchestrator.testing import Bench, Script
from its_runtime.errors import Unmet


class Race:
    """Lets runners through one by one, in a given order."""

    def __init__(self, order: Sequence[int]) -> None:
        self._doors = [asyncio.Event() for _ in order]
        self._order = list(order)
        self._entered = iter(range(len(order)))
        self._doors[self._order[0]].set()

    async def wait(self) -> None:
        await self._doors[next(self._entered)].wait()

    def passed(self) -> None:
        self._order = self._order[1:]
        if self._order:
            self._doors[self._order[0]].set()


class RacingConfig(FunctionBaseConfig, name="racing_for_tests", arbitrary_types_allowed=True):
    race: object


@register_function(config_type=RacingConfig)
async def racing(config: RacingConfig, builder: Builder):
    llm = await builder.get_llm("a")

    async def run(question: str) -> str:
        """Ask when it is its turn."""
        await config.race.wait()
        said = (await llm.ainvoke(question)).text
        config.race.passed()
        return said

    yield run


def raced(order: Sequence[int], *, nested: bool) -> Bench:
    race = {"_type": "racing_for_tests", "race": Race(order)}
    around = {"_type": "execute_score_select_function", "selector": "most", "num_executions": len(order)}
    inner = {"ask": race, "twice": {**around, "augmented_fn": "ask", "num_executions": 1}}
    script = Script(lambda asked, number: str(script.seeds[number]))
    return Bench(
        {
            "llms": {"a": {"_type": "scripted", "script": script}},
            "its_strategies": {"most": {"_type": "majority_voting_selection"}},
            "functions": {**inner, "all": {**around, "augmented_fn": "twice" if nested else "ask"}},
        },
        seed=3,
    )


@pytest.mark.parametrize("nested", [False, True])
async def test_who_is_faster_changes_neither_the_candidates_nor_the_choice(nested):
    told = []
    for order in ((0, 1, 2), (2, 0, 1)):
        bench = raced(order, nested=nested)
        chosen = await bench.call("all", "Why?")
        ended = [one for one in bench.events(AttemptEnded) if one.stage == "search"]
        told.append((chosen, sorted((one.turn_id, one.candidate_index, one.text) for one in ended)))

    assert told[0] == told[1]
    assert len({text for _, _, text in told[0][1]}) == 3


async def test_no_two_passes_of_a_pipeline_have_one_name():
    bench = raced((0, 1, 2), nested=True)

    await bench.call("all", "Why?")

    turns = [one.turn_id for one in bench.events(AttemptEnded)]
    assert len(set(turns)) == 1 + 3


class InkConfig(ITSStrategyBaseConfig, name="ink_for_tests"):
    pass


@register_its_strategy(config_type=InkConfig)
class Ink(StrategyBase):
    """Writes into what it gets, as strategies of the seed do."""

    stage = StageTypeEnum.EDITING
    pipelines = (PipelineTypeEnum.PLANNING,)

    async def ainvoke(self, items, original_prompt=None, agent_context=None, **kwargs):
        for place, item in enumerate(items):
            item.metadata["pages"].append(place)
            item.output.plan = "written over"
        return items


async def test_what_a_strategy_writes_into_one_item_stands_in_no_other():
    shared, page = {"pages": []}, ITSItem(plan="p")
    items = [ITSItem(metadata=shared, output=page), ITSItem(metadata=shared, output=page)]

    edited = await Bench({"its_strategies": {"ink": {"_type": "ink_for_tests"}}}).stage("editing", "ink", items)

    assert [one.metadata for one in edited] == [{"pages": [0]}, {"pages": [1]}]
    assert (shared, page.plan) == ({"pages": []}, "p")


@pytest.mark.parametrize(
    "config", [{"_type": "majority_voting_selection"}, {"_type": "ink_for_tests"}, {"_type": "reward_model_scoring"}]
)
async def test_what_works_on_candidates_says_so_when_there_are_none(config):
    stage = {"m": "selection", "i": "editing", "r": "scoring"}[config["_type"][0]]

    with pytest.raises(Unmet, match="works on candidates, and there are none; put a search before it"):
        await Bench({"its_strategies": {"it": config}}).stage(stage, "it")
