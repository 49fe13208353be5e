"""What one call streams: steps, ends, reasons, usage."""

import grpc
import pytest
from grpc import aio

from its.generator.v1 import generator_pb2 as pb


async def test_a_call_streams_its_tokens_and_what_it_used(stub, read, asking, tiny):
    reply = await read(stub, asking(n=3, sampling={"max_tokens": 20}))

    prompt = await stub.Tokenize(pb.TokenizeRequest(conversation=asking().conversation))
    assert reply.started.prompt_token_ids.ids == prompt.tokens.ids
    assert reply.started.model.name == "its-tiny"
    assert reply.started.seed == 7
    assert reply.usage.prompt_tokens == len(prompt.tokens.ids)
    assert reply.usage.completion_tokens == sum(one.finished.completion_tokens for one in reply.sequences.values())
    assert sorted(reply.sequences) == [0, 1, 2]


async def test_a_seed_is_drawn_and_reported_when_there_is_none(stub, read, asking):
    request = asking()
    request.sampling.ClearField("seed")
    drawn = await read(stub, request)

    again = await read(stub, asking(sampling={"seed": drawn.started.seed}))

    assert again[0].ids == drawn[0].ids


async def test_a_sequence_ends_with_the_length_it_was_given(stub, read, asking, forever):
    reply = await read(stub, asking(sampling={"max_tokens": 9, "logit_bias": forever}))

    assert (reply[0].reason, len(reply[0].ids)) == ("LENGTH", 9)


async def test_without_a_length_a_sequence_fills_the_context(stub, read, asking, forever):
    request = asking(sampling={"logit_bias": forever})
    request.sampling.ClearField("max_tokens")

    reply = await read(stub, request)

    assert reply[0].reason == "LENGTH"
    assert reply.usage.prompt_tokens + len(reply[0].ids) == 512


async def test_the_end_of_sequence_is_counted_but_has_no_text(stub, read, asking, tiny):
    reply = await read(stub, asking(sampling={"logit_bias": {873: 100.0}}))

    assert (reply[0].reason, reply[0].ids, reply[0].text) == ("EOS", [873], "")


async def test_no_end_comes_before_the_fewest_tokens(stub, read, asking):
    reply = await read(stub, asking(sampling={"logit_bias": {873: 100.0}, "min_tokens": 5}))

    assert (reply[0].reason, len(reply[0].ids)) == ("EOS", 6)


async def test_a_stop_text_is_left_out_and_named(stub, read, asking, token):
    two = {await token("a"): 100.0, await token("b"): 100.0}

    reply = await read(stub, asking(sampling={"logit_bias": two, "stop": ["abba"], "max_tokens": 200}, flush=1))

    assert (reply[0].reason, reply[0].finished.stop_text) == ("STOP", "abba")
    assert "abba" not in reply[0].text
    assert len(reply[0].text) == len(reply[0].ids) - 4


async def test_a_stop_token_ends_without_its_text(stub, read, asking, token):
    letter = await token("a")

    reply = await read(stub, asking(sampling={"logit_bias": {letter: 100.0}, "stop_token_ids": [letter]}))

    assert (reply[0].reason, reply[0].ids, reply[0].text) == ("STOP", [letter], "")


async def test_a_step_ends_behind_its_delimiter(stub, read, asking, token):
    two = {await token("a"): 100.0, await token("\n\n"): 100.0}
    sampling = {"logit_bias": two, "max_tokens": 100}

    reply = await read(stub, asking(n=8, delimiters=("\n\n",), max_steps=1, sampling=sampling))

    for sequence in reply.sequences.values():
        assert sequence.reason == "STEP"
        assert sequence.text == "a" * (len(sequence.ids) - 1) + "\n\n"
        assert sequence.steps == [(0, len(sequence.ids))]


async def test_steps_are_marked_while_a_sequence_runs_on(stub, read, asking, token):
    two = {await token("a"): 100.0, await token("\n\n"): 100.0}

    reply = await read(stub, asking(delimiters=("\n\n",), sampling={"logit_bias": two, "max_tokens": 50}))

    assert [at for _, at in reply[0].steps] == [
        place for place, one in enumerate(reply[0].ids, 1) if one != await token("a")
    ]
    assert len(reply[0].steps) > 5


async def test_steps_of_n_tokens(stub, read, asking, forever):
    sampling = {"logit_bias": forever, "max_tokens": 100}

    reply = await read(stub, asking(every_n_tokens=4, max_steps=3, sampling=sampling))

    assert (reply[0].reason, reply[0].steps) == ("STEP", [(0, 4), (1, 8), (2, 12)])


async def test_nothing_is_sent_between_steps_unless_it_is_asked_for(stub, read, asking, forever):
    sampling = {"logit_bias": forever, "max_tokens": 64}

    seldom = await read(stub, asking(n=4, sampling=sampling))
    often = await read(stub, asking(n=4, sampling=sampling, flush=1))

    assert sum(len(message.deltas) for message in seldom.messages) == 4
    assert sum(len(message.deltas) for message in often.messages) == 4 * 64
    assert [often[place].ids for place in range(4)] == [seldom[place].ids for place in range(4)]
    assert [often[place].text for place in range(4)] == [seldom[place].text for place in range(4)]


async def test_characters_that_span_tokens_come_whole(stub, read, asking, tiny):
    llama = await tiny.tokenize("🦙")
    assert len(llama) == 4

    first = await read(
        stub, asking(prefixes=(list(llama[:1]),), sampling={"logit_bias": {llama[1]: 100.0}, "max_tokens": 1})
    )
    rest = await read(
        stub, asking(prefixes=(list(llama[:3]),), sampling={"logit_bias": {llama[3]: 100.0}, "max_tokens": 1})
    )

    assert first[0].text == "\ufffd", "nothing follows that could finish it"
    assert rest[0].text == "🦙"


async def test_abilities_are_told(stub):
    (able,) = (await stub.GetCapabilities(pb.GetCapabilitiesRequest())).models

    assert (able.model.name, able.backend, able.max_context_tokens) == ("its-tiny", "embedded", 512)
    assert able.continues_prefix
    assert able.token_ids
    assert able.reproducible
    assert "top_k" in able.sampling_fields


async def test_the_first_of_several_models_is_the_default(serve, read, asking):
    models = {
        name: {"backend": "embedded", "folder": folder}
        for name, folder in (("a", "its-tiny"), ("b", "its-tiny-reward"))
    }
    async with serve(**models) as stub:
        first, second = await read(stub, asking()), await read(stub, asking(model="b"))

        with pytest.raises(aio.AioRpcError) as unknown:
            await read(stub, asking(model="c"))

    assert (first.started.model.name, second.started.model.name) == ("a", "b")
    assert first.started.model.revision != second.started.model.revision
    assert unknown.value.code() == grpc.StatusCode.NOT_FOUND
    assert "a, b" in unknown.value.details()
