"""Where a tool has to be called, an answer that calls none is no answer: it never wins, and alone it is a refusal."""

from dataclasses import replace

import pytest

from its_orchestrator.algorithms import BestOfN, SelfConsistency
from its_orchestrator.algorithms._algorithm import Algorithm
from its_orchestrator.candidate import StopReason
from its_orchestrator.events import TextCommitted
from its_orchestrator.prompt import Conversation, Message, Tool, ToolChoice
from its_orchestrator.sampling import Sampling
from its_orchestrator.testing import World

CALL = '<tool_call>{"name": "add", "arguments": {}}</tool_call>'
OTHER = '<tool_call>{"name": "divide", "arguments": {}}</tool_call>'
REQUIRED, NAMED, AUTO = ToolChoice("required"), ToolChoice("named", "add"), ToolChoice("auto")


async def asked(world: World, algorithm: Algorithm, samples: int, choice: ToolChoice, **how):
    prompt = Conversation((Message("user", ("?",)),), (Tool("add"), Tool("divide")), choice)
    return await world.run(replace(world.order(algorithm, samples, **how), prompt=prompt))


@pytest.mark.parametrize("algorithm", [SelfConsistency(), BestOfN()])
async def test_the_one_that_calls_wins_though_others_are_more_and_better_liked(algorithm):
    world = World(["It is 4."] * 3 + [CALL], in_order=True, judge=lambda text: 0.1 if CALL.startswith(text) else 0.9)
    result = await asked(world, algorithm, 4, REQUIRED)

    assert result.text == CALL


@pytest.mark.parametrize(("choice", "said"), [(REQUIRED, "It is 4."), (NAMED, OTHER)])
@pytest.mark.parametrize("samples", [1, 3])
async def test_without_any_call_there_is_a_refusal_and_no_word_is_said(choice, said, samples):
    result = await asked(World([said]), SelfConsistency(), samples, choice, streams=True)

    assert "calls no tool" in result.answer.refusal
    assert result.text == ""
    assert result.of(TextCommitted) == []


async def test_an_answer_that_was_cut_off_before_it_could_call_says_so():
    result = await asked(World([CALL], sampling=Sampling(max_tokens=5)), SelfConsistency(), 2, REQUIRED)

    assert (result.text, result.answer.chosen.stop_reason) == (CALL[:5], StopReason.LENGTH)
    assert result.answer.refusal == ""


async def test_where_a_call_is_free_text_is_an_answer():
    result = await asked(World(["It is 4."]), SelfConsistency(), 1, AUTO)

    assert (result.text, result.answer.refusal) == ("It is 4.", "")
