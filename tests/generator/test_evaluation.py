"""Given tokens are as probable as they were when they were sampled."""

import asyncio

import grpc
import pytest

from its.generator.v1 import generator_pb2 as pb

PASSAGE = pb.EvaluateRequest.Passage


def asked(prompt, passages, **fields) -> pb.EvaluateRequest:
    """An evaluation of (prefix, continuation) pairs behind a prompt of token ids."""
    return pb.EvaluateRequest(
        **{"request_id": "e", "token_ids": {"ids": prompt}, **fields},
        passages=[{"prefix": {"ids": before}, "continuation": {"ids": after}} for before, after in passages],
    )


async def test_given_tokens_are_as_probable_as_when_they_were_sampled(stub, read, asking):
    reply = await read(stub, asking(n=6, logprobs=0, sampling={"max_tokens": 300}))
    prompt = reply.started.prompt_token_ids.ids
    cuts = {place: place * 2 for place in reply.sequences}

    found = await stub.Evaluate(
        asked(prompt, [(one.ids[: cuts[place]], one.ids[cuts[place] :]) for place, one in reply.sequences.items()])
    )

    for (place, one), evaluation in zip(reply.sequences.items(), found.evaluations, strict=True):
        assert evaluation.logprobs == pytest.approx(one.logprobs[cuts[place] :], abs=1e-4)


async def test_a_prompt_in_words_is_the_one_that_is_generated_for(stub, read, asking):
    request = asking(n=1, logprobs=0)
    reply = await read(stub, request)
    ids = reply[0].ids

    words = pb.EvaluateRequest(
        request_id="e", conversation=request.conversation, passages=[PASSAGE(continuation={"ids": ids})]
    )
    found = await stub.Evaluate(words)

    assert found.evaluations[0].logprobs == pytest.approx(reply[0].logprobs, abs=1e-4)
    assert found.model == reply.started.model


async def test_what_is_not_cached_comes_out_the_same_in_many_parts(stub):
    prompt = [(7 * place) % 800 for place in range(200)]
    rest = [(11 * place) % 800 for place in range(300)]

    fresh = await stub.Evaluate(asked(prompt, [([], rest)]))
    halves = await stub.Evaluate(asked(prompt, [([], rest[:150]), (rest[:150], rest[150:])]))

    assert [*halves.evaluations[0].logprobs, *halves.evaluations[1].logprobs] == pytest.approx(
        list(fresh.evaluations[0].logprobs), abs=1e-3
    )


async def test_a_low_temperature_makes_what_is_likely_certain(stub, read, asking):
    reply = await read(stub, asking(n=1, sampling={"temperature": 0}))
    prompt, ids = reply.started.prompt_token_ids.ids, reply[0].ids

    plain, cold = [await stub.Evaluate(asked(prompt, [([], ids)], temperature=t)) for t in (1, 0.01)]

    assert all(
        low >= high - 1e-6
        for low, high in zip(cold.evaluations[0].logprobs, plain.evaluations[0].logprobs, strict=True)
    )
    assert min(cold.evaluations[0].logprobs) > -0.01


async def test_usage_counts_every_passage_whole_and_samples_nothing(stub, read, asking):
    reply = await read(stub, asking(n=1))
    prompt, ids = reply.started.prompt_token_ids.ids, reply[0].ids

    found = await stub.Evaluate(asked(prompt, [([], ids), (ids, [])]))

    assert found.usage.prompt_tokens == 2 * (len(prompt) + len(ids))
    assert 0 < found.usage.cached_prompt_tokens < found.usage.prompt_tokens
    assert found.usage.completion_tokens == 0
    assert not found.evaluations[1].logprobs


async def test_evaluations_and_generations_share_the_engine(stub, read, asking):
    alone = await read(stub, asking(n=4, sampling={"max_tokens": 100}))
    prompt = alone.started.prompt_token_ids.ids
    evaluations = asyncio.gather(*(stub.Evaluate(asked(prompt, [([], [5] * 300)])) for _ in range(8)))

    beside = await read(stub, asking(n=4, sampling={"max_tokens": 100}))

    assert [one.ids for one in beside.sequences.values()] == [one.ids for one in alone.sequences.values()]
    found = await evaluations
    assert all(one.evaluations == found[0].evaluations for one in found)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (asked([1], [([], [874])]), "passages[0]"),
        (asked([1], [([], [5] * 512)]), "passages[0]"),
        (asked([], [([], [5])]), "token_ids.ids"),
    ],
)
async def test_what_can_not_be_evaluated_is_refused_by_name(stub, request_, field):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.Evaluate(request_)

    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert field in caught.value.details()


async def test_a_backend_that_can_not_evaluate_says_so(serve):
    async with serve(far={"backend": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "m"}) as stub:
        able = (await stub.GetCapabilities(pb.GetCapabilitiesRequest())).models[0]
        assert not able.evaluates

        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Evaluate(asked([1], [([], [2])]))

    assert caught.value.code() in {grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.FAILED_PRECONDITION}
    assert "evaluate" in caught.value.details()
