"""What is told of a call: a line in the log, counts, and the ids that the calls made for it carry."""

import asyncio

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from its.reward.v1 import reward_pb2 as pb
from its_runtime import trail
from its_runtime.calls import response
from its_runtime.errors import NotFound
from its_runtime.metrics import Metrics, served
from its_runtime.settings import ServiceSettings
from its_runtime.telemetry import Telemetry, telling

METHOD = "its.reward.v1.RewardService/Score"
CARRIED = (("x-request-id", "mine-1"), ("traceparent", f"00-{'a' * 32}-{'b' * 16}-01"))


def counted(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Return each sample of ours by its name and the values of its labels, in the order of these."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
        if sample.name.startswith("its_") and not sample.name.endswith(("_created", "_bucket"))
    }


def lines(logs):
    return [line for line in logs if line["event"] == "answered"]


async def costly(request, context):
    trail.note(model="its-tiny-reward", prompt_tokens=7)
    trail.count(prompt_tokens=3, completion_tokens=1)
    return pb.ScoreResponse()


async def refuse(request, context):
    raise NotFound("no reward model is called 'x'")


async def test_a_call_is_one_line_with_its_method_status_duration_and_tokens(serve, batch):
    with capture_logs() as logs:
        async with serve(costly) as service:
            await response(service.stub.Score(batch, timeout=10), "reward")

    [line] = lines(logs)
    assert line.pop("seconds") >= 0
    assert line == {
        "event": "answered",
        "log_level": "info",
        "method": METHOD,
        "code": "OK",
        "model": "its-tiny-reward",
        "prompt_tokens": 10,
        "completion_tokens": 1,
    }


async def test_what_was_said_is_in_no_line_unless_it_is_asked_for(serve, batch):
    with capture_logs() as quiet:
        async with serve() as service:
            await response(service.stub.Score(batch, timeout=10), "reward")
    with capture_logs() as loud:
        async with serve(log_prompts=True) as service:
            await response(service.stub.Score(batch, timeout=10), "reward")

    assert "what?" not in str(quiet)
    assert "what?" in str(loud)


async def test_what_a_call_came_with_is_carried_by_the_calls_made_for_it(serve, batch):
    found = []

    async def carried():
        return trail.outgoing()

    async def passing_on(request, context):
        found.append(await asyncio.create_task(carried()))
        return pb.ScoreResponse()

    async with serve(passing_on) as service:
        metadata = (*CARRIED, ("authorization", "swordfish"))
        await response(service.stub.Score(batch, timeout=10, metadata=metadata), "reward")

    assert sorted(found[0]) == sorted(CARRIED)


async def test_calls_side_by_side_carry_their_own(serve, batch):
    both, found = asyncio.Barrier(2), []

    async def passing_on(request, context):
        await both.wait()
        found.append(trail.current().request_id)
        return pb.ScoreResponse()

    async with serve(passing_on) as service:
        calls = [service.stub.Score(batch, timeout=10, metadata=(("x-request-id", name),)) for name in "ab"]
        await asyncio.gather(*(response(call, "reward") for call in calls))

    assert sorted(found) == ["a", "b"]


async def test_outside_of_calls_nothing_is_carried_and_notes_are_nobody_s():
    trail.note(model="x")
    trail.count(tokens=1)

    assert trail.outgoing() == ()


async def test_calls_are_counted_by_method_and_status_and_tokens_by_kind(batch, running_with):
    metrics = Metrics()
    async with running_with(costly, Telemetry(metrics)) as stub:
        await response(stub.Score(batch, timeout=10), "reward")
        await response(stub.Score(batch, timeout=10), "reward")
    async with running_with(refuse, Telemetry(metrics)) as stub:
        with pytest.raises(NotFound):
            await response(stub.Score(batch, timeout=10), "reward")

    found = counted(metrics)
    assert found["its_rpc_requests_total", "OK", METHOD] == 2
    assert found["its_rpc_requests_total", "NOT_FOUND", METHOD] == 1
    assert found["its_rpc_duration_seconds_count", METHOD] == 3
    assert found["its_tokens_total", "prompt"] == 20
    assert found["its_tokens_total", "completion"] == 2


async def test_a_caller_that_leaves_is_counted_as_cancelled(batch, running_with):
    metrics, began, ended = Metrics(), asyncio.Event(), asyncio.Event()

    async def forever(request, context):
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with running_with(forever, Telemetry(metrics)) as stub:
        call = stub.Score(batch, timeout=10)
        await began.wait()
        call.cancel()
        await ended.wait()

    assert counted(metrics)["its_rpc_requests_total", "CANCELLED", METHOD] == 1


def test_metrics_are_served_where_a_port_is_set_and_gone_afterwards():
    with telling(ServiceSettings(metrics_port=0), "reward", Metrics()) as telemetry:
        assert telemetry.metrics
    with served(Metrics().exposed, "127.0.0.1", 0) as port:
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)

    assert "its_rpc_requests" in answer.text
    assert "process_cpu_seconds_total" in answer.text


def test_without_a_port_nothing_is_served():
    with served(Metrics().exposed, "127.0.0.1", None) as port:
        assert port is None


def test_processes_own_their_registries():
    first, second = Metrics(), Metrics()
    first.ended(METHOD, "OK", 0.1, {"prompt_tokens": 1})

    assert ("its_tokens_total", "prompt") not in counted(second)


def test_without_a_collector_nothing_of_the_sdk_is_loaded(run_alone):
    loaded = run_alone(
        "import sys\n"
        "from its_runtime.metrics import Metrics\n"
        "from its_runtime.settings import ServiceSettings\n"
        "from its_runtime.telemetry import telling\n"
        "with telling(ServiceSettings(), 'reward', Metrics()) as telemetry:\n"
        "    print(telemetry.tracer, [name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )

    assert loaded == "None []"
