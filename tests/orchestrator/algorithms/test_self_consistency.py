"""Self-consistency returns the answer that most samples agree on."""

from random import Random

from its_orchestrator.algorithms import SelfConsistency
from its_orchestrator.candidate import Candidate, StopReason
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.choosing.voting import vote
from its_orchestrator.engines import GeneratorModel, Identity
from its_orchestrator.testing import Fault, World


async def solve(*said: str, **script):
    return await World(said, in_order=True, **script).solve(SelfConsistency(), len(said))


async def test_the_largest_group_wins():
    result = await solve("\\boxed{1}", "so \\boxed{2}", "then \\boxed{2}")

    assert result.text == "so \\boxed{2}"
    assert [one.votes for one in result.answer.candidates] == [1, 2, 2]


async def test_equal_answers_vote_together_however_they_are_written():
    result = await solve("\\boxed{3}", "\\boxed{0.5}", "\\boxed{3}", "\\boxed{.5}", "\\boxed{\\frac{1}{2}}")

    assert result.text == "\\boxed{.5}"


async def test_no_answer_never_wins_while_there_is_one():
    result = await solve("I don't know", "I don't know", "I don't know", "\\boxed{4}")

    assert result.text == "\\boxed{4}"
    assert [one.votes for one in result.answer.candidates] == [None, None, None, 1]


async def test_where_nobody_has_a_final_answer_whole_texts_vote():
    result = await solve("maybe", "yes", "yes ")

    assert result.text == "yes"


async def test_among_equal_answers_the_shortest_speaks_and_then_the_earliest():
    shortest = await solve("longer \\boxed{1}", "\\boxed{1}")
    earliest = await solve("a \\boxed{1}", "b \\boxed{1}")

    assert shortest.text == "\\boxed{1}"
    assert earliest.text == "a \\boxed{1}"


def saying(place: int, text: str, logprob: float | None = None) -> Candidate:
    return Candidate(str(place), text=text, stop_reason=StopReason.EOS, logprobs=() if logprob is None else (logprob,))


async def test_the_most_confident_speaks_and_breaks_a_tie():
    said = [saying(0, "\\boxed{1}", -2), saying(1, "so \\boxed{1}", -1), saying(2, "\\boxed{1}", -3)]
    spoken = await vote(said, MathEquivalence())
    said = [saying(0, "\\boxed{1}", -2), saying(1, "so \\boxed{2}", -1)]
    broken = [await vote(said, MathEquivalence(), rng=Random(seed)) for seed in range(8)]

    assert spoken.chosen
    assert spoken.chosen.id == "1"
    assert [choice.chosen.id for choice in broken if choice.chosen] == ["1"] * 8


async def tied(seed: int, *said: str, **script) -> str:
    return (await World(said, in_order=True, **script).solve(SelfConsistency(), len(said), seed=seed)).text


async def test_where_confidence_tells_nothing_the_seed_breaks_a_tie():
    said = "longer \\boxed{1}", "\\boxed{2}"
    first, second = [[await tied(seed, *said) for seed in range(16)] for _ in range(2)]

    assert first == second
    assert set(first) == set(said)


async def test_confidence_is_asked_for_only_where_the_generator_has_it():
    silent = GeneratorModel(Identity("toy"), max_top_logprobs=None)
    knowing, unknowing = World(["4"]), World(["4"], model=silent)
    for world in (knowing, unknowing):
        await world.solve(SelfConsistency(), 2)

    assert knowing.generator.generations[0].logprobs == 0
    assert unknowing.generator.generations[0].logprobs is None


async def test_a_failed_sample_has_no_vote_and_hurts_no_other():
    result = await solve("\\boxed{1}", "\\boxed{2}", "\\boxed{2}", faults={0: Fault.SPOILS})

    assert result.text == "\\boxed{2}"
    assert [one.id for one in result.answer.candidates] == ["1", "2"]


async def test_few_tokens_run_fewer_samples_but_whole_ones():
    world = World(["0123456 \\boxed{7}"])
    result = await world.solve(SelfConsistency(), 64, tokens=300)

    assert result.text == "0123456 \\boxed{7}"
    assert result.answer.stopped_by.value == "tokens"
    assert 1 < len([one for one in result.answer.candidates if one.finished]) < 64
