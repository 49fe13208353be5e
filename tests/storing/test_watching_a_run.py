"""A run is watched while it goes on: everything that happens, by as many as want to, and it doesn't mind."""

import asyncio
from contextlib import aclosing

from its.orchestrator.v1 import trace_pb2
from its_orchestrator.events import Note
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.testing import Fault, World
from its_runtime.calls import responses


async def test_whoever_watches_sees_every_event_of_a_run_that_tells_its_caller_only_the_answer(storing):
    async with storing() as its:
        *_, answer = await its.solve(detail=0)
        seen = [event async for event in its.watch(answer.trace_id)]
        kept = await its.get(answer.trace_id)

    assert seen == list(kept.events)
    assert [event.index for event in seen] == list(range(len(seen)))
    assert {"started", "step", "scored", "resampled", "ended", "answer"} <= {one.WhichOneof("kind") for one in seen}


async def test_a_running_run_is_listed_and_watched_to_its_end(storing):
    world = World(["1\n\n\\boxed{2}"], faults={0: Fault.STALLS})
    async with storing(world) as its:
        call = its.call(algorithm="self-consistency")
        async with aclosing(responses(call, "orchestrator")) as told:
            began = (await anext(told)).event
            listed = (await its.list()).traces
            async with aclosing(its.watch(began.trace_id)) as watched:
                first = await anext(watched)
                rest = asyncio.ensure_future(_all(watched))
                await told.aclose()
                await rest
        ended = (await its.get(began.trace_id)).info

    assert [(one.trace_id, one.state) for one in listed] == [(began.trace_id, trace_pb2.TRACE_STATE_RUNNING)]
    assert first == began
    assert ended.state == trace_pb2.TRACE_STATE_CANCELLED


async def test_each_follower_hears_everything_once_whenever_it_came():
    recorder = Recorder("run", frozenset())
    recorder.add(Note("one"))
    early = asyncio.ensure_future(_all(recorder.follow()))
    await asyncio.sleep(0)
    recorder.add(Note("two"))
    late = asyncio.ensure_future(_all(recorder.follow()))
    await asyncio.sleep(0)
    recorder.add(Note("three"))
    recorder.close()

    assert await early == await late == recorder.events
    assert await _all(recorder.follow()) == recorder.events


async def _all(events):
    return [event async for event in events]
