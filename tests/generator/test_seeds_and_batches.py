"""The same seed draws the same tokens whatever else is in the batch."""

import asyncio

import pytest


def noisy(asking, forever, **more):
    return asking(sampling={"max_tokens": 60, "seed": 11, "logit_bias": forever}, **more)


@pytest.mark.parametrize("others", [7, 31])
async def test_a_sequence_is_the_same_alone_and_in_a_batch(stub, read, asking, forever, others):
    alone = await read(stub, noisy(asking, forever))
    crowd = [
        read(stub, asking(prompt=f"Crowd {place}", sampling={"seed": place, "max_tokens": 90}))
        for place in range(others)
    ]

    together, *_ = await asyncio.gather(read(stub, noisy(asking, forever)), *crowd)

    assert together[0].ids == alone[0].ids


async def test_a_sequence_is_the_same_when_others_join_and_leave(stub, read, asking, forever):
    alone = await read(stub, noisy(asking, forever))
    seen = 0
    crowd: list[asyncio.Task] = []
    ids: list[int] = []

    async for message in stub.Generate(noisy(asking, forever, flush=1)):
        for delta in message.deltas:
            ids += delta.token_ids
        if seen < 12:
            seen += 1
            crowd.append(
                asyncio.create_task(
                    read(stub, asking(n=2, prompt=f"Joining {seen}", sampling={"max_tokens": seen * 3}))
                )
            )

    await asyncio.gather(*crowd)
    assert ids == alone[0].ids


async def test_the_first_sequences_of_many_are_those_of_few(stub, read, asking, forever):
    few = await read(stub, noisy(asking, forever, n=2))
    many = await read(stub, noisy(asking, forever, n=32))

    assert [many[place].ids for place in range(2)] == [few[place].ids for place in range(2)]
    assert len({tuple(many[place].ids) for place in range(32)}) == 32


async def test_a_branch_with_a_seed_of_its_own_draws_from_it_alone(stub, read, asking, forever):
    request = noisy(asking, forever, prefixes=((), ()))
    request.branches[1].seed = 5
    other = noisy(asking, forever)
    other.branches[0].seed = 5
    other.sampling.seed = 12

    both, one = await read(stub, request), await read(stub, other)

    assert both[1].ids == one[0].ids
    assert both[0].ids != both[1].ids


async def test_cold_sequences_are_all_the_same(stub, read, asking):
    reply = await read(stub, asking(n=4, sampling={"temperature": 0.0, "max_tokens": 30}))

    assert len({tuple(one.ids) for one in reply.sequences.values()}) == 1
