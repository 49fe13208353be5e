"""Turns: who is served next where several wait."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from its_runtime.fairness import Flow, Holdings, Permits


class Counter:
    """A counter with so many clerks; notes who is served in what order, and lets them go one by one."""

    def __init__(self, clerks):
        self.permits = Permits(clerks)
        self.served = []
        self._doors = {}

    def come(self, name, flow):
        self._doors[name] = asyncio.Event()
        return asyncio.create_task(self._be_served(name, flow))

    async def go(self, name):
        self._doors[name].set()
        for _ in range(5):
            await asyncio.sleep(0)

    async def _be_served(self, name, flow):
        async with self.permits.held(flow):
            self.served.append(name)
            await self._doors[name].wait()


async def test_a_tenant_that_has_nothing_comes_before_one_that_has_much():
    counter = Counter(2)
    large = [counter.come(f"large {place}", Flow("large")) for place in range(5)]
    await asyncio.sleep(0)
    small = counter.come("small", Flow("small"))
    await counter.go("large 0")

    assert counter.served == ["large 0", "large 1", "small"]
    for task in (*large, small):
        task.cancel()


async def test_within_a_tenant_a_new_flow_comes_before_the_next_call_of_an_old_one():
    counter = Counter(2)
    tasks = [counter.come(f"old {place}", Flow("one", "old")) for place in range(3)]
    await asyncio.sleep(0)
    tasks.append(counter.come("new", Flow("one", "new")))
    await counter.go("old 0")

    assert counter.served == ["old 0", "old 1", "new"]
    for task in tasks:
        task.cancel()


async def test_twice_the_priority_is_twice_the_share():
    counter = Counter(6)
    twice, once = Flow("twice", priority=2), Flow("once")
    blockers = [counter.come(f"blocker {place}", Flow("blocker")) for place in range(6)]
    await asyncio.sleep(0)
    waiting = [counter.come(f"{flow.tenant} {place}", flow) for place in range(6) for flow in (once, twice)]
    await asyncio.sleep(0)
    for place in range(6):
        await counter.go(f"blocker {place}")

    served = [name.split()[0] for name in counter.served[6:]]
    assert (served.count("twice"), served.count("once")) == (4, 2)
    for task in (*blockers, *waiting):
        task.cancel()


async def test_whoever_leaves_the_queue_leaves_no_permit_behind():
    counter = Counter(1)
    holder = counter.come("holder", Flow("a"))
    await asyncio.sleep(0)
    leaver, stayer = counter.come("leaver", Flow("b")), counter.come("stayer", Flow("c"))
    await asyncio.sleep(0)
    assert counter.permits.waiting == 2

    leaver.cancel()
    await counter.go("holder")

    assert (counter.served, counter.permits.waiting) == (["holder", "stayer"], 0)
    await counter.go("stayer")
    await asyncio.gather(holder, stayer)


async def test_who_is_cancelled_in_the_moment_of_being_served_hands_the_permit_on():
    permits = Permits(1)
    began = asyncio.Event()

    async def hold():
        async with permits.held(Flow()):
            began.set()

    async with permits.held(Flow()):
        cancelled = asyncio.create_task(hold())
        await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)

    assert not began.is_set()
    await hold()


FLOWS = st.builds(Flow, st.sampled_from("abc"), st.sampled_from("xy"))


@given(st.lists(st.tuples(FLOWS, st.integers(1, 9))))
def test_what_was_given_back_leaves_nothing(amounts):
    holdings = Holdings()
    for flow, amount in amounts:
        holdings.add(flow, amount)
    for flow, amount in amounts:
        holdings.add(flow, -amount)

    assert all(holdings.turn(flow) == (0, 0) for flow, _ in amounts)


@given(st.lists(FLOWS, min_size=1, max_size=40), st.integers(1, 4))
async def test_everybody_is_served_in_the_end_and_never_more_than_may(flows, most):
    permits, inside, widest = Permits(most), 0, 0

    async def work(flow):
        nonlocal inside, widest
        async with permits.held(flow):
            inside += 1
            widest = max(widest, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*map(work, flows))

    assert widest == min(most, len(flows))
    assert permits.waiting == 0
