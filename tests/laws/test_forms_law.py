"""Law of forms: an answer has the form that was asked for, or there is none and a reason, whatever the algorithm."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from its_orchestrator.algorithms import BUILTIN
from its_orchestrator.algorithms._algorithm import Algorithm
from its_orchestrator.form import Form
from its_orchestrator.testing import World

NUMBER = Form("json_schema", '{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}')
SAID = ['{"a":\n\n4\n\n}', '{"a":\n\n"4"\n\n}', "so\n\n4", '{"a": 5}']


@pytest.mark.parametrize("kind", BUILTIN, ids=lambda kind: kind.name)
@given(said=st.lists(st.sampled_from(SAID), min_size=1, max_size=4), samples=st.integers(1, 8), seed=st.integers(0, 99))
@settings(max_examples=10, deadline=None)
async def test_an_answer_has_the_form_or_there_is_none(kind: type[Algorithm], said: list[str], samples: int, seed: int):
    world = World(said, reply=lambda prompt: None if prompt == "?" else said[0])
    result = await world.run(world.order(kind(), samples, seed=seed, form=NUMBER, streams=True))

    assert bool(result.answer.refusal) == (NUMBER.why_not(result.text) is not None)
    assert not (result.answer.refusal and result.text)
    assert world.quiet
