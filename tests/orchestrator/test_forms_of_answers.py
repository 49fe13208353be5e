"""An answer has the form that was asked for, or the run says that there is none."""

import pytest

from its_orchestrator.algorithms import BestOfN, SelfConsistency
from its_orchestrator.budget import StoppedBy
from its_orchestrator.candidate import StopReason
from its_orchestrator.events import FailureNoted, TextCommitted
from its_orchestrator.form import Form
from its_orchestrator.sampling import Sampling
from its_orchestrator.testing import World
from its_runtime.errors import InvalidRequest

NUMBER = Form("json_schema", '{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}')


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (NUMBER, '{"a": 1}'),
        (NUMBER, ' {"a": 1, "b": [2]}\n'),
        (Form("json_object"), "{}"),
        (Form("regex", "a+|b"), "aa"),
        (Form("grammar", "root ::= 'x'"), "only the engine knows"),
    ],
)
def test_what_has_the_form_is_accepted(form: Form, text: str):
    assert form.why_not(text) is None


@pytest.mark.parametrize(
    ("form", "text", "why"),
    [
        (NUMBER, '{"a": "1"}', 'a: it is not of type "integer"'),
        (NUMBER, "{}", "required"),
        (NUMBER, '{"a": 1', "no JSON"),
        (NUMBER, 'Here: {"a": 1}', "no JSON"),
        (NUMBER, '{"a": NaN}', "no JSON"),
        (NUMBER, "[" * 50_000, "no JSON"),
        (Form("json_object"), "[]", "object"),
        (Form("regex", "a+|b"), "ab", "match"),
        (Form("regex", "(a|aa)+"), "a" * 5000 + "b", "match"),
    ],
)
def test_what_has_another_form_is_refused_with_the_reason(form: Form, text: str, why: str):
    assert why in (form.why_not(text) or "")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (Form("json_schema", "{"), "json_schema"),
        (Form("json_schema", '"text"'), "json_schema"),
        (Form("json_schema", '{"type":"integre"}'), "json_schema.type"),
        (Form("json_schema", '{"properties":{"a":{"type":5}}}'), "json_schema.properties.a.type"),
        (Form("json_schema", '{"$ref":"http://127.0.0.1:9/x"}'), "json_schema"),
        (Form("json_schema", '{"$ref":"file:///etc/hostname"}'), "json_schema"),
        (Form("json_schema", '{"$ref":"#/$defs/none"}'), "json_schema"),
        (Form("json_schema", '{"pattern":"(?=a)"}'), "json_schema.pattern"),
        (Form("regex", "("), "regex"),
    ],
)
def test_a_form_that_nothing_can_have_is_refused_with_its_place(form: Form, field: str):
    with pytest.raises(InvalidRequest) as error:
        form.checked()

    assert error.value.violations[0].field == f"structured_output.{field}"


@pytest.mark.parametrize("algorithm", [SelfConsistency(), BestOfN()])
async def test_the_many_without_the_form_lose_to_the_one_that_has_it(algorithm: SelfConsistency | BestOfN):
    world = World(["4", "4", '{"a": 4}', "4"], in_order=True, judge=lambda text: 0.0 if "{" in text else 1.0)
    result = await world.run(world.order(algorithm, 4, form=NUMBER))

    assert result.text == '{"a": 4}'
    assert result.answer.stopped_by is StoppedBy.COMPLETED
    assert len(result.answer.candidates) == 4
    assert len(result.of(FailureNoted)) == 3
    assert result.answer.ledger.samples == 4


@pytest.mark.parametrize("samples", [1, 4])
async def test_where_none_has_the_form_there_is_no_answer_and_a_reason(samples: int):
    world = World(["4"], in_order=True)
    result = await world.run(world.order(SelfConsistency(), samples, form=NUMBER))

    assert result.text == ""
    assert f"none of {samples} answers has the form" in result.answer.refusal
    assert result.answer.ledger.discarded_tokens == result.answer.ledger.completion_tokens


async def test_an_answer_that_was_cut_off_says_so_and_is_no_refusal():
    world = World(['{"a": 4}'], in_order=True, sampling=Sampling(max_tokens=3))
    result = await world.run(world.order(SelfConsistency(), 2, form=NUMBER))

    assert result.text == '{"a'
    assert result.answer.chosen.stop_reason is StopReason.LENGTH
    assert result.answer.refusal == ""


async def test_nothing_is_committed_before_the_form_is_known():
    world = World(["not JSON"], in_order=True)
    result = await world.run(world.order(SelfConsistency(), 1, form=NUMBER, streams=True))

    assert result.answer.refusal
    assert result.of(TextCommitted) == []


async def test_a_form_is_committed_once_it_is_there():
    world = World(['{"a": 4}'], in_order=True)
    result = await world.run(world.order(SelfConsistency(), 1, form=NUMBER, streams=True))

    assert [event.kind for event in result.of(TextCommitted)] == [TextCommitted('{"a": 4}')]
