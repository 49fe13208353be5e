"""A function that is run several times keeps its type, survives failures, and stops once enough results agree."""

import asyncio

import pytest

from its_orchestrator.events import AttemptEnded
from its_orchestrator.functions._agreement import Agreement
from its_orchestrator.functions._executions import Executions
from its_orchestrator.strategies import FunctionBaseConfig, FunctionInfo, register_function
from its_runtime.errors import ItsError, Unavailable, Unmet

VOTES = {"votes": {"_type": "majority_voting_selection"}}


def voting(**fields):
    workflow = {"_type": "execute_then_select_function", "augmented_fn": "risks", "selector": "votes", **fields}
    return {"its_strategies": VOTES, "workflow": workflow}


async def test_the_majority_comes_out_in_its_own_type(bench):
    run = bench(functions={"risks": {"_type": "test_risks"}}, **voting())

    verdict = await run.call("workflow", "How risky?")

    assert (type(verdict).__name__, verdict.risk) == ("Verdict", "high")


@pytest.mark.parametrize("says", [["fail", "high", "low"], ["high", "fail", "fail"], ["low", "high", "fail", "high"]])
async def test_failures_of_any_subset_are_no_candidates(bench, says):
    functions = {"risks": {"_type": "test_risks", "says": says}}
    run = bench(functions=functions, **voting(num_executions=len(says)))

    assert (await run.call("workflow", "How risky?")).risk in set(says) - {"fail"}


async def test_where_all_fail_every_cause_is_told(bench):
    run = bench(functions={"risks": {"_type": "test_risks", "says": ["fail"] * 3}}, **voting())

    with pytest.raises(Unavailable, match="none of 3 executions succeeded: the scanner is down"):
        await run.call("workflow", "How risky?")


async def test_equal_results_in_a_row_end_it(bench):
    functions = {"risks": {"_type": "test_risks", "says": ["low", "high", "high", "low", "low", "low"]}}
    run = bench(functions=functions, **voting(num_executions=6, max_concurrency=1, early_stop_threshold=2))

    assert (await run.call("workflow", "How risky?")).risk == "high"
    ended = [one for one in run.events(AttemptEnded) if one.stage == "search"]
    assert [not one.error for one in ended] == [True] * 3 + [False] * 3
    assert "2 results in a row are equal" in ended[-1].error


class WaitingConfig(FunctionBaseConfig, name="test_waiting"):
    pass


STARTED, STOPPED = [], []


@register_function(config_type=WaitingConfig)
async def waiting(config, builder):
    async def wait(question: str) -> str:
        STARTED.append(question)
        if len(STARTED) <= 2:
            return "same"
        try:
            return await asyncio.Event().wait()
        finally:
            STOPPED.append(question)

    yield FunctionInfo.from_fn(wait, description="Waits for ever, but for the first two times.")


async def test_runs_that_are_not_needed_any_more_are_stopped(bench):
    STARTED.clear()
    STOPPED.clear()
    run = bench(functions={"risks": {"_type": "test_waiting"}}, **voting(num_executions=5, early_stop_threshold=2))

    assert await run.call("workflow", "?") == "same"
    assert (len(STARTED), len(STOPPED)) == (5, 3)


async def test_no_more_run_at_once_than_may(bench):
    running, most = 0, 0

    async def work() -> str:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        await asyncio.sleep(0)
        running -= 1
        return "x"

    await Executions(work, 6, concurrency=2).ainvoke([])

    assert most == 2


async def test_which_run_ends_first_changes_nothing():
    said = ["low", "high", "high", "low"]
    outcomes = set()
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        agreement, gates = Agreement(4, 2), [asyncio.Event() for _ in said]

        async def work(place, gates=gates) -> str:
            await gates[place].wait()
            return said[place]

        runs = [
            asyncio.ensure_future(agreement.unless_reached(place, lambda place=place: work(place), str))
            for place in range(4)
        ]
        for place in order:
            gates[place].set()
            await asyncio.wait({runs[place]})
        kept = [run.result() for run in runs[: agreement.last + 1] if not run.exception()]
        outcomes.add((agreement.last, *kept))
        assert all(isinstance(run.exception(), ItsError) or run.result() for run in runs)

    assert outcomes == {(2, "low", "high", "high")}


async def test_decisive_votes_need_a_majority(bench):
    sections = voting()
    sections["its_strategies"] = {"votes": {"_type": "majority_voting_selection", "mode": "decisive"}}
    run = bench(functions={"risks": {"_type": "test_risks", "says": ["a", "b", "c"]}}, **sections)

    with pytest.raises(Unmet, match="no majority"):
        await run.call("workflow", "How risky?")


async def test_scorer_and_selector_learn_the_question_and_what_the_function_does(bench, script):
    script.says = lambda asked, number: f"FINAL SCORE: {9 if 'high' in asked else 2}"
    run = bench(
        functions={"risks": {"_type": "test_risks"}},
        its_strategies={
            "scorer": {"_type": "llm_based_agent_scoring", "scoring_llm": "judge"},
            "best": {"_type": "best_of_n_selection"},
        },
        workflow={
            "_type": "execute_score_select_function",
            "augmented_fn": "risks",
            "scorer": "scorer",
            "selector": "best",
        },
    )

    assert (await run.call("workflow", "How risky is it?")).risk == "high"
    assert all("How risky is it?" in asked and "Judges a risk." in asked for asked in script.asked)
