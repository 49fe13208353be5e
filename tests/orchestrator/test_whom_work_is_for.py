"""Tenants: for whom a run is travels down with all its work, and comes back with none of it to anybody else."""

import grpc
import pytest
from grpc import aio

from its.orchestrator.v1 import orchestrator_pb2 as pb
from its_orchestrator.testing import World
from its_runtime.fairness import Flow


async def test_every_call_of_a_run_says_for_whom_it_is_and_to_which_run_it_belongs(orchestrate):
    world = World(["4", "5"])
    async with orchestrate(world) as its:
        solved = await its.solve(algorithm="best-of-n", samples=4, tenant="key-1", priority=3)

    flow = Flow("key-1", solved.events[0].trace_id, 3)
    assert {one.flow for one in world.generator.generations} == {flow}
    assert {one.flow for one in world.reward.scorings} == {flow}


async def test_two_runs_of_one_tenant_are_two_flows(orchestrate):
    world = World(["4"])
    async with orchestrate(world) as its:
        await its.solve(tenant="key-1")
        await its.solve(tenant="key-1")

    assert len({one.flow for one in world.generator.generations}) == 2


async def test_work_that_says_nothing_has_one_tenant_in_common_and_a_single_share(orchestrate):
    world = World(["4"])
    async with orchestrate(world) as its:
        await its.solve()

    (generation,) = world.generator.generations
    assert (generation.flow.tenant, generation.flow.priority) == ("", 1)


@pytest.mark.parametrize("other", ["key-2", ""])
async def test_a_trace_of_one_tenant_is_not_found_by_another(orchestrate, other):
    async with orchestrate(World(["4"])) as its:
        solved = await its.solve(tenant="key-1", detail=pb.DETAIL_ALL)
        trace_id = solved.events[0].trace_id
        own = await its.stub.GetTrace(pb.GetTraceRequest(trace_id=trace_id, tenant="key-1"))
        with pytest.raises(aio.AioRpcError) as refused:
            await its.stub.GetTrace(pb.GetTraceRequest(trace_id=trace_id, tenant=other))
        with pytest.raises(aio.AioRpcError) as unknown:
            await its.stub.GetTrace(pb.GetTraceRequest(trace_id="0" * len(trace_id), tenant=other))

    assert list(own.events) == solved.events
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND
    assert refused.value.details().replace(trace_id, "") == unknown.value.details().replace("0" * len(trace_id), "")
