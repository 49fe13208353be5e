"""Thoughts between two tokens: their temperature, their least and greatest length, exact in everything else."""

import asyncio

import grpc
import pytest

from its.generator.v1 import generator_pb2 as pb

OPEN, CLOSE = "=", "."
"""Tokens that the shipped model writes often enough."""


@pytest.fixture
def thinking(asking):
    """A request whose thoughts have bounds."""

    def request(bounds: dict[str, object], *, sampling: dict[str, object] | None = None, n: int = 8, **fields):
        thoughts = {"open": OPEN, "close": CLOSE, **bounds}
        return asking(n=n, sampling={"max_tokens": 40, "thinking": thoughts, **(sampling or {})}, **fields)

    return request


@pytest.fixture
async def marks(token):
    return await token(OPEN), await token(CLOSE)


def thoughts(reply, marks: tuple[int, int]) -> list[tuple[int, bool]]:
    """The length of every thought of every sequence, and whether it was closed."""
    return [each for sequence in reply.sequences.values() for each in _thoughts(sequence.ids, *marks)]


def _thoughts(ids: list[int], first: int, last: int) -> list[tuple[int, bool]]:
    found, length = [], None
    for one in ids:
        if length is None:
            length = 0 if one == first else None
        elif one == last:
            found.append((length, True))
            length = None
        else:
            length += 1
    return found if length is None else [*found, (length, False)]


async def test_no_thought_is_shorter_than_the_least(stub, read, thinking, marks):
    reply = await read(stub, thinking({"min_tokens": 9}))

    found = thoughts(reply, marks)
    assert any(closed for _, closed in found)
    assert all(length >= 9 for length, closed in found if closed)


async def test_a_thought_that_is_long_enough_is_closed_and_the_answer_follows(stub, read, thinking, marks):
    reply = await read(stub, thinking({"max_tokens": 1}, logprobs=2))

    found = thoughts(reply, marks)
    assert found
    assert all(length <= 1 and closed for length, closed in found)
    for one in reply.sequences.values():
        assert len(one.logprobs) == len(one.tops) == len(one.ids)
        assert one.reason == "EOS"


async def test_inside_a_thought_the_temperature_is_another(stub, read, thinking, marks):
    start = (await read(stub, thinking({}, n=1, sampling={"temperature": 0}))).sequences[0].ids
    prefix = start[: start.index(marks[0]) + 1]

    cold = await read(stub, thinking({"temperature": 0}, prefixes=(prefix,), sampling={"temperature": 2}))
    warm = await read(stub, thinking({"temperature": 2}, prefixes=(prefix,), sampling={"temperature": 0}))

    inside = [tuple(one.ids[: one.ids.index(marks[1]) + 1]) for one in cold.sequences.values()]
    assert set(inside) == {tuple(start[len(prefix) : start.index(marks[1], len(prefix)) + 1])}
    assert len({tuple(one.ids) for one in cold.sequences.values()}) > 1, "outside it is as it was"
    assert len({tuple(one.ids) for one in warm.sequences.values()}) > 1


async def test_what_a_prefix_has_thought_counts(stub, read, thinking, marks):
    whole = (await read(stub, thinking({"min_tokens": 6, "max_tokens": 6}, n=1))).sequences[0].ids
    begin = whole.index(marks[0])

    for cut in range(begin + 1, begin + 8):
        rest = (await read(stub, thinking({"min_tokens": 6, "max_tokens": 6}, n=1, prefixes=(whole[:cut],)))).sequences[
            0
        ]
        ids = [*whole[:cut], *rest.ids]
        assert ids[begin + 7] == marks[1]
        assert marks[1] not in ids[begin : begin + 7]


async def test_a_prompt_that_opens_the_thoughts_is_inside_them(stub, read, thinking, marks, tiny):
    prompt = [*await tiny.tokenize("1+1"), marks[0]]

    reply = await read(stub, thinking({"max_tokens": 2}, prompt=prompt))

    assert all(marks[1] in one.ids[:3] for one in reply.sequences.values())


async def test_steps_and_stop_texts_lie_where_they_would_without_thoughts(stub, read, thinking):
    plain = await read(stub, thinking({"min_tokens": 4}, delimiters=("\n\n",), flush=1))
    ended = await read(stub, thinking({"min_tokens": 4}, delimiters=("\n\n",), max_steps=1))
    stopped = await read(stub, thinking({"min_tokens": 4}, sampling={"stop": ["\n\nSo"]}))

    for place, one in plain.sequences.items():
        first = one.steps[0][1] if one.steps else len(one.ids)
        assert ended[place].ids == one.ids[:first]
        assert ended[place].reason == ("STEP" if one.steps else one.reason)
        assert stopped[place].text == one.text.partition("\n\nSo")[0]


async def test_the_usage_is_what_was_read_and_written(stub, read, thinking):
    reply = await read(stub, thinking({"min_tokens": 4, "max_tokens": 8}, prefixes=((), (28,))))

    assert reply.usage.completion_tokens == sum(len(one.ids) for one in reply.sequences.values())
    assert reply.usage.prompt_tokens == 2 * len(reply.started.prompt_token_ids.ids) + 1
    assert reply.usage.cached_prompt_tokens <= reply.usage.prompt_tokens


async def test_the_same_seed_thinks_the_same_alone_and_beside_others(stub, read, thinking):
    bounds = {"min_tokens": 4, "max_tokens": 8, "temperature": 1.5}
    together = await asyncio.gather(*(read(stub, thinking(bounds)) for _ in range(3)))
    alone = await read(stub, thinking(bounds))

    for reply in together:
        assert [reply[place].ids for place in range(8)] == [alone[place].ids for place in range(8)]


async def test_stopping_in_the_middle_of_a_thought_tells_what_it_used(stub, thinking, new_reply):
    request = thinking({"min_tokens": 300}, flush=1, prefixes=((28,),), sampling={"max_tokens": 320})
    call, reply = stub.Generate(request), new_reply()
    async for message in call:
        reply.take(message)
        if len(reply.messages) == 20:
            aborted = await stub.Abort(pb.AbortRequest(request_id=request.request_id))

    assert aborted.usage == reply.usage
    assert {one.reason for one in reply.sequences.values()} == {"CANCELLED"}
    assert reply.usage.completion_tokens == sum(len(one.ids) for one in reply.sequences.values())


@pytest.mark.parametrize(
    ("bounds", "field"),
    [
        ({"open": "<think>"}, "sampling.thinking.open"),
        ({"close": "</think>"}, "sampling.thinking.close"),
        ({"close": OPEN}, "sampling.thinking.close"),
        ({"min_tokens": 3, "max_tokens": 2}, "sampling.thinking.min_tokens"),
    ],
)
async def test_bounds_that_this_model_can_not_keep_are_refused_by_name(stub, read, thinking, bounds, field):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await read(stub, thinking(bounds))

    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert field in caught.value.details()
