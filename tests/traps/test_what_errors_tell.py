"""Traps of errors: texts of exceptions leak, large ones get lost, and some calls end in silence."""

import asyncio

import pytest
from grpc import StatusCode, aio
from structlog.testing import capture_logs

from its.generator.v1 import generator_pb2 as pb
from its_runtime.calls import response
from its_runtime.errors import Internal, NotFound

ASK = pb.TokenizeRequest(text="x")


async def surprise(request, context):
    raise ValueError("the password is swordfish")


async def cancel_itself(request, context):
    raise asyncio.CancelledError


async def test_bare_grpc_sends_the_text_of_an_exception(bare, dial):
    async with bare(tokenize=surprise) as port, dial(port) as stub:
        with pytest.raises(aio.AioRpcError, match="swordfish"):
            await stub.Tokenize(ASK, timeout=10)


async def test_our_edge_masks_and_logs_it(ours, dial):
    async with ours(tokenize=surprise) as port, dial(port) as stub:
        with capture_logs() as logs, pytest.raises(Internal) as failed:
            await response(stub.Tokenize(ASK, timeout=10), "generator")

    assert "swordfish" not in str(failed.value)
    assert any("swordfish" in str(log.get("exc_info")) for log in logs)


async def test_bare_grpc_loses_the_code_of_an_error_with_a_long_message(bare, dial):
    async def refuse(request, context):
        await context.abort(StatusCode.NOT_FOUND, "no model of that name " * 2_000)

    async with bare(tokenize=refuse) as port, dial(port) as stub:
        with pytest.raises(aio.AioRpcError) as failed:
            await stub.Tokenize(ASK, timeout=10)

    assert failed.value.code() is not StatusCode.NOT_FOUND


@pytest.mark.parametrize("word", ["no model of that name ", "数学", "\ud800"])
async def test_our_edge_cuts_a_message_to_what_arrives(ours, dial, word):
    async def refuse(request, context):
        raise NotFound(word * 2_000)

    async with ours(tokenize=refuse) as port, dial(port) as stub:
        with pytest.raises(NotFound):
            await response(stub.Tokenize(ASK, timeout=10), "generator")


async def test_bare_grpc_never_answers_when_a_handler_cancels_itself_and_ours_does(bare, ours, dial):
    async with (
        bare(tokenize=cancel_itself) as silent,
        ours(tokenize=cancel_itself) as answering,
        dial(silent) as trapped,
        dial(answering) as safe,
    ):
        waiting = asyncio.ensure_future(trapped.Tokenize(ASK, timeout=60))
        await asyncio.sleep(0)
        with capture_logs(), pytest.raises(Internal):
            await response(safe.Tokenize(ASK, timeout=60), "generator")

        assert not waiting.done()
        waiting.cancel()
