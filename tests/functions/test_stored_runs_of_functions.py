"""Runs of functions are stored with the scores of every candidate, whatever their callers wanted to hear."""

from its_cli.preferences import pairs
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.components.supplies import supplies
from its_orchestrator.storing.settings import TraceSettings
from its_orchestrator.testing import Script
from its_orchestrator.traces import Traces
from its_orchestrator.wire import convert_traces
from its_orchestrator.workflows.blueprint import Drawing
from its_orchestrator.workflows.job import Call, Output, Terms
from its_orchestrator.workflows.runner import Runner, outcome


def says(asked: str, number: int) -> str:
    return f"FINAL SCORE: {3 + 5 * asked.count('answer 1')}" if "FINAL SCORE" in asked else f"answer {number}"


SECTIONS = {
    "functions": {"ask": {"_type": "chat_completion", "llm_name": "a"}},
    "its_strategies": {
        "scorer": {"_type": "llm_based_agent_scoring", "scoring_llm": "a"},
        "best": {"_type": "best_of_n_selection"},
    },
    "workflow": {
        "_type": "execute_score_select_function",
        "augmented_fn": "ask",
        "scorer": "scorer",
        "selector": "best",
    },
}


async def test_they_make_preference_pairs():
    traces = Traces(TraceSettings(prompts=True), convert_traces.words(MathEquivalence(), prompts=True))
    llms = {"a": {"_type": "scripted", "script": Script(says)}}
    async with supplies() as supplied:
        runner = Runner(Drawing().read({"llms": llms, **SECTIONS}), supplied, traces)
        output: Output = await outcome(runner.call(Call("workflow", "Why?", Terms("r"))))

    found = [*pairs(await traces.find(output.trace_id, ""))]

    assert [(one["prompt"], one["chosen"], one["rejected"]) for one in found] == [
        ("Why?", "answer 1", "answer 0"),
        ("Why?", "answer 1", "answer 2"),
    ]
