"""Ancestor sampling gives a reference another beginning, where the generator tells how probable its rest is then."""

from its_orchestrator.algorithms import ParticleGibbs
from its_orchestrator.events import FailureNoted, Resampled
from its_orchestrator.sampling import Sampling
from its_orchestrator.testing import Fault, World, laws

ANCESTORS = ParticleGibbs(iterations=6, ancestor_sampling=True)
SAID = ["a\n\nx\n\nend", "b\n\nx\n\nend", "c\n\ny"]


def world(**fields) -> World:
    return World(SAID, weights=[0.4, 0.4, 0.2], judge=lambda text: 0.7 if "x" in text else 0.5, **fields)


async def test_a_reference_gets_a_beginning_that_another_particle_had():
    result = await world().solve(ANCESTORS, 24, seed=1)
    candidates = {one.id: one for one in result.answer.candidates}
    grafts = [one for one in candidates.values() if one.parent_id and one.text in SAID]

    assert {one.text for one in grafts} >= set(SAID[:2])
    assert {one.text for one in candidates.values()} <= set(SAID)
    assert all(one.score is not None for one in candidates.values())


async def test_only_what_may_follow_is_asked_for_and_ended_answers_are_nobodys_beginning():
    here = world()
    await here.solve(ANCESTORS, 24, seed=1)

    assert here.generator.evaluations
    for evaluation in here.generator.evaluations:
        assert all(one.rest and len(one.prefix) < len(SAID[0]) for one in evaluation.passages)
        assert len({one.rest for one in evaluation.passages}) == 1


async def test_it_keeps_the_laws_of_every_algorithm():
    await laws.hold(ANCESTORS, world, samples=12)


async def test_without_it_nothing_is_evaluated():
    here = world()
    await here.solve(ParticleGibbs(iterations=6), 24)

    assert not here.generator.evaluations


async def test_tokens_are_evaluated_at_the_temperature_at_which_they_are_sampled():
    here = world(sampling=Sampling(temperature=0.3))
    await here.solve(ANCESTORS, 24, seed=1)

    assert {one.temperature for one in here.generator.evaluations} == {0.3}


async def test_an_answer_never_becomes_longer_than_allowed():
    said = ["long beginning\n\nx\n\nend", "b\n\nx\n\nend"]
    most = len(said[1]) + 1
    here = World(said, judge=lambda _: 0.5, sampling=Sampling(max_tokens=most))
    result = await here.solve(ANCESTORS, 24, seed=1)

    assert all(one.tokens <= most for one in result.answer.candidates)


async def test_a_generator_that_fails_to_evaluate_leaves_the_reference_as_it_is():
    result = await world(faults=dict.fromkeys(range(5, 200), Fault.DOWN)).solve(ANCESTORS, 24, seed=1)

    assert result.text in SAID
    assert result.of(FailureNoted)


async def test_resampling_tells_whose_beginning_a_reference_took():
    result = await world().solve(ANCESTORS, 24, seed=1)
    kinds = [event.kind for event in result.of(Resampled)]

    forked = [
        pair for kind in kinds if isinstance(kind, Resampled) for pair in kind.survivors[:1] if pair[0] != pair[1]
    ]
    assert forked
