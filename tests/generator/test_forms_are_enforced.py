"""The embedded engine writes what a schema or a regular expression allows, whatever the model would rather write."""

import json
import re

import grpc
import jsonschema
import pytest
from grpc import aio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "integer", "minimum": -99, "maximum": 999}, "sure": {"type": "boolean"}},
    "required": ["answer", "sure"],
    "additionalProperties": False,
}


@pytest.fixture
async def stub(serve):
    async with serve() as stub:
        yield stub


def with_form(request, **form):
    for kind, definition in form.items():
        setattr(request.structured_output, kind, definition)
    return request


async def test_every_sequence_is_a_document_of_the_schema(stub, read, asking):
    reply = await read(stub, with_form(asking(n=8, sampling={"max_tokens": 64}), json_schema=json.dumps(SCHEMA)))

    for one in reply.sequences.values():
        jsonschema.validate(json.loads(one.text), SCHEMA)
        assert one.reason == "EOS"
    assert len({one.text for one in reply.sequences.values()}) > 1


@pytest.mark.parametrize(
    "sampling", [{"temperature": 0}, {"top_p": 0.5}, {"top_k": 1}, {"min_p": 0.9}, {"min_tokens": 40}]
)
async def test_however_tokens_are_drawn_the_form_holds(stub, read, asking, sampling):
    expression = r"The answer is [0-9]{2}\."
    reply = await read(stub, with_form(asking(n=2, sampling={"max_tokens": 64, **sampling}), regex=expression))

    assert all(re.fullmatch(expression, one.text) for one in reply.sequences.values())


async def test_any_object_will_do_where_no_schema_is_given(stub, read, asking):
    request = with_form(asking(n=8, sampling={"max_tokens": 200}), json_object=True)
    reply = await read(stub, request)

    whole = [json.loads(one.text) for one in reply.sequences.values() if one.reason == "EOS"]
    assert whole
    assert all(isinstance(one, dict) for one in whole)


@given(cut=st.integers(0, 24))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_document_goes_on_where_its_beginning_ends(stub, read, asking, cut):
    begun = '{"answer":-12,"sure":true}'[:cut]
    request = asking(prefixes=(begun,), sampling={"max_tokens": 64})
    reply = await read(stub, with_form(request, json_schema=json.dumps(SCHEMA)))

    jsonschema.validate(json.loads(begun + reply[0].text), SCHEMA)


async def test_sequences_with_and_without_a_form_share_a_batch_and_stay_what_they_are(stub, read, asking):
    alone = await read(stub, asking(n=2))
    beside = read(stub, with_form(asking(n=2, sampling={"max_tokens": 64}), json_schema=json.dumps(SCHEMA)))
    free, held = await read(stub, asking(n=2)), await beside

    assert [free[place].ids for place in (0, 1)] == [alone[place].ids for place in (0, 1)]
    assert all(json.loads(held[place].text).keys() == SCHEMA["properties"].keys() for place in (0, 1))


async def test_log_probabilities_stay_those_of_the_model(stub, read, asking):
    reply = await read(stub, with_form(asking(logprobs=0), regex="[0-9]{3}"))

    assert all(value < 0 for value in reply[0].logprobs)


@pytest.mark.parametrize(
    ("form", "prefix", "field"),
    [
        ({"regex": "[0-9]("}, "", "structured_output.regex"),
        ({"json_schema": '{"type": "frob"}'}, "", "structured_output.json_schema"),
        ({"json_schema": json.dumps(SCHEMA)}, "The answer", "branches[0]"),
    ],
)
async def test_a_form_without_sense_is_refused_by_name(stub, read, asking, form, prefix, field):
    with pytest.raises(aio.AioRpcError) as refused:
        await read(stub, with_form(asking(prefixes=(prefix,) if prefix else ()), **form))

    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert field in refused.value.details()


async def test_what_can_not_be_enforced_of_a_schema_does_not_spoil_the_rest(stub, read, asking):
    schema = {**SCHEMA, "dependentSchemas": {"answer": {}}}
    reply = await read(stub, with_form(asking(sampling={"max_tokens": 64}), json_schema=json.dumps(schema)))

    jsonschema.validate(json.loads(reply[0].text), SCHEMA)
