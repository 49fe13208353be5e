"""Self-consistency returns the answer that most samples agree on."""

from its_orchestrator.algorithms import SelfConsistency
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


async def test_a_tie_goes_to_the_shortest_and_then_to_the_earliest():
    shortest = await solve("longer \\boxed{1}", "\\boxed{2}")
    earliest = await solve("a \\boxed{1}", "b \\boxed{2}")

    assert shortest.text == "\\boxed{2}"
    assert earliest.text == "a \\boxed{1}"


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
