"""Entropic particle filtering flattens the draw of ancestors while few particles weigh most and it is early."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_orchestrator.algorithms import EntropicParticleFiltering, ParticleFiltering
from its_orchestrator.choosing.resampling import effective_size, entropy, softmax
from its_orchestrator.events import Resampled
from its_orchestrator.testing import World
from its_orchestrator.testing.world import Result

RULES = ["ess", "entropy", "base"]
ALONE = [0.97, 0.01, 0.01, 0.01]

logarithms = st.lists(st.floats(-20, 20), min_size=2, max_size=20)
progress = st.floats(0, 1)
rules = st.sampled_from(RULES)


def entropic(rule: str, **fields: float) -> EntropicParticleFiltering:
    return EntropicParticleFiltering.model_validate({"temperature_rule": rule, **fields})


@pytest.mark.parametrize(
    ("rule", "temperature"),
    [
        ("ess", 4 / effective_size(ALONE) * 0.75),
        ("entropy", 1 / (entropy(ALONE) + (1 - entropy(ALONE)) * 0.25)),
        ("base", 2 - 0.25),
    ],
)
def test_each_rule_has_the_temperature_of_the_paper(rule: str, temperature: float):
    assert entropic(rule).draw_temperature(ALONE, 0.25) == pytest.approx(temperature)
    assert temperature > 1.5


@given(raw=logarithms, progress=progress, rule=rules)
def test_the_draw_is_never_sharpened(raw: list[float], progress: float, rule: str):
    assert entropic(rule).draw_temperature(softmax(raw), progress) >= 1


@given(raw=logarithms, early=progress, later=progress, rule=rules)
def test_the_temperature_falls_as_the_search_goes_on(raw: list[float], early: float, later: float, rule: str):
    early, later = sorted((early, later))
    algorithm = entropic(rule, early_phase=1)

    assert algorithm.draw_temperature(softmax(raw), early) >= algorithm.draw_temperature(softmax(raw), later)


@given(raw=logarithms, early=st.floats(0, 0.49), rule=rules)
def test_flattening_keeps_the_order_and_raises_the_effective_size(raw: list[float], early: float, rule: str):
    temperature = entropic(rule).draw_temperature(softmax(raw), early)
    flat = softmax([one / temperature for one in raw])

    assert effective_size(flat) >= effective_size(softmax(raw)) - 1e-9
    assert flat.index(max(flat)) == raw.index(max(raw)) or max(flat) == pytest.approx(flat[raw.index(max(raw))])


@pytest.mark.parametrize("rule", RULES)
def test_healthy_weights_and_late_steps_are_left_as_they_are(rule: str):
    assert entropic(rule).draw_temperature([0.3, 0.3, 0.4], 0.1) == 1
    assert entropic(rule).draw_temperature(ALONE, 0.5) == 1


def test_one_weight_that_is_all_is_flattened_within_bounds():
    assert entropic("entropy").draw_temperature([1.0, 0.0, 0.0, 0.0], 0.0) == 4


@pytest.mark.parametrize("rule", RULES)
async def test_early_draws_are_more_even_than_those_of_a_plain_filter(rule: str):
    plain, flat = await solved(ParticleFiltering()), await solved(entropic(rule))

    assert sizes(plain)[0] < sizes(flat)[0]


async def test_late_draws_are_those_of_a_plain_filter():
    plain, late = await solved(ParticleFiltering(max_steps=2)), await solved(entropic("ess", max_steps=2))

    assert sizes(plain) == sizes(late)


async def test_the_answer_is_weighed_as_it_is():
    result = await solved(entropic("ess"))
    weights = [one.weight for one in result.answer.candidates if one.weight is not None]

    assert result.answer.chosen.score == max(one.score or 0 for one in result.answer.candidates)
    assert sum(weights) == pytest.approx(1)


async def solved(algorithm: ParticleFiltering) -> Result:
    said = [f"{number}\n\n{number}\n\n{number}" for number in range(10)]
    return await World(said, judge=lambda text: 0.999 if text[0] == "7" else 0.1).solve(algorithm, 16, seed=4)


def sizes(result: Result) -> list[float]:
    kinds = [event.kind for event in result.of(Resampled)]
    return [kind.effective_sample_size or 0.0 for kind in kinds if isinstance(kind, Resampled)]
