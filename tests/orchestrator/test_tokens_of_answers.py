"""An answer tells the tokens that make its text, and what else might have stood there, when it is asked to."""

from dataclasses import replace

import pytest

from its.generator.v1 import generator_pb2 as generator
from its_orchestrator.algorithms import BeamSearch, BestOfN, SelfConsistency
from its_orchestrator.algorithms._algorithm import Algorithm
from its_orchestrator.candidate import Token
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.clients import generation
from its_orchestrator.events import Event
from its_orchestrator.testing import World
from its_orchestrator.wire import convert_events

SAID = ["1+1\n\nis 2\n\n\\boxed{2}", "ü\n\n\\boxed{3}"]


def sent(event: Event):
    return convert_events.event(event, MathEquivalence()).answer


@pytest.mark.parametrize("algorithm", [SelfConsistency(), BestOfN(), BeamSearch()])
@pytest.mark.parametrize("samples", [1, 4])
async def test_the_tokens_of_an_answer_are_its_text(algorithm: Algorithm, samples: int):
    world = World(SAID)
    order = replace(world.order(algorithm, samples), logprobs=1, texts=True)
    result = await world.run(order)

    answer = sent(result.events[-1])
    assert b"".join(token.text for token in answer.tokens).decode() == result.text
    assert [len(token.top) for token in answer.tokens] == [1] * len(answer.tokens)
    assert answer.tokens[0].logprob == -1.0


async def test_no_tokens_come_when_they_are_not_asked_for():
    world = World(SAID)
    result = await world.run(replace(world.order(SelfConsistency(), 2), logprobs=1))

    assert not sent(result.events[-1]).tokens


async def test_what_follows_the_text_is_no_part_of_it():
    result = await World(["4"]).solve(SelfConsistency(), 1)
    told = (Token(b"4", -0.5), Token(b"EN", -1.0), Token(b"D", -1.0), Token(b"", -0.1))
    event = replace(result.events[-1], kind=replace(result.answer, tokens=told))

    assert [token.text for token in sent(event).tokens] == [b"4"]


def test_tokens_are_read_from_the_generator_with_their_alternatives():
    top = generator.TopLogprobs(logprobs=[-0.5, -1.5], token_texts=[b"a", b"b"])
    delta = generator.Delta(logprobs=[-0.5, -2.0], token_texts=[b"a", b"\xc3"], top_logprobs=[top])
    batch = generation.batch(generator.GenerateResponse(deltas=[delta]))

    assert batch.deltas[0].told == (Token(b"a", -0.5, ((b"a", -0.5), (b"b", -1.5))), Token(b"\xc3", -2.0))
