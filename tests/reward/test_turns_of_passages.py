"""Whose passages are read next: tenants by priority, flows in turn, and nobody twice before everybody once."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_reward.convert import to_batch
from its_reward.engine import Passage
from its_reward.engines.embedded.fair_queue import CROWDED, FairQueue, Wait
from its_runtime.fairness import Flow


async def queued(*flows):
    """A queue with those who wait, in this order, and the flow of each."""
    queue = FairQueue()
    for number, flow in enumerate(flows):
        passage = Passage((1, 2, number), (2, 3), 2, keep=False, flow=flow)
        queue.put(Wait(passage, lambda pages: pages, asyncio.get_running_loop().create_future()))
    return queue


def names(waits):
    return [wait.passage.flow.name for wait in waits]


async def test_one_flow_alone_is_read_in_large_batches_in_its_order():
    queue = await queued(*[Flow("a", "one")] * 100)
    taken = queue.take(64)

    assert [wait.passage.ids[-1] for wait in taken] == list(range(64))


async def test_a_small_flow_is_in_the_next_batch_whole_and_the_batch_is_short():
    queue = await queued(*[Flow("a", "large")] * 500, *[Flow("a", "small")] * 3)

    assert names(queue.take(64)).count("small") == 3
    assert len(queue) == 503 - CROWDED


async def test_who_has_been_read_goes_behind_those_who_have_not():
    queue = await queued(*(Flow("a", f"{number}") for number in range(CROWDED + 4) for _ in range(3)))
    first, second = queue.take(64), queue.take(64)

    assert names(first) == [f"{number}" for number in range(CROWDED)]
    assert names(second)[:4] == [f"{number}" for number in range(CROWDED, CROWDED + 4)]


async def test_a_tenant_of_many_flows_has_no_more_than_one_of_a_single_flow():
    many = [Flow("many", f"{number}") for number in range(30)]
    queue = await queued(*many, *[Flow("single", "s")] * 30)

    assert names(queue.take(64)).count("s") == CROWDED // 2


async def test_twice_the_priority_is_twice_the_passages():
    queue = await queued(*[Flow("once", "1")] * 40, *[Flow("twice", "2", 2)] * 40)
    taken = names(queue.take(15))

    assert (taken.count("1"), taken.count("2")) == (5, 10)


FLOWS = st.builds(Flow, st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(1, 3))


@given(st.lists(FLOWS, max_size=60), st.integers(1, 64))
async def test_everybody_is_taken_once(flows, most):
    queue, taken = await queued(*flows), []
    while len(queue):
        taken += queue.take(most)

    assert sorted(wait.passage.ids[-1] for wait in taken) == list(range(len(flows)))


@pytest.mark.parametrize(("said", "flow"), [({}, Flow("", "call r")), ({"tenant": "t", "flow": "f", "priority": 2}, 0)])
def test_a_request_says_what_its_passages_belong_to(asking, steps, said, flow):
    request = asking(steps)
    request.request_id = "r"
    for name, value in said.items():
        setattr(request, name, value)

    assert to_batch(request, None).flow == (flow or Flow("t", "f", 2))
