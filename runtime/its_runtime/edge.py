"""The edge of a service: what every call passes on its way in, and every error on its way out.

One interceptor wraps each handler once: constraints of the .proto are enforced, our errors become statuses with
details, and an unexpected exception is logged here and masked for the caller (grpc.aio would send its text).
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, cast

import grpc
import structlog
from google.protobuf.message import Message
from grpc import aio
from grpc_status import rpc_status

from its_runtime.constraints import validate
from its_runtime.errors import Internal, ItsError
from its_runtime.status import to_status

Handler = grpc.RpcMethodHandler[Any, Any]
Context = aio.ServicerContext[Any, Any]
Unary = Callable[[Message, Context], Awaitable[Message]]
Stream = Callable[[Any, Context], AsyncGenerator[Message, None]]

_log = structlog.get_logger("its.edge")


class Edge(aio.ServerInterceptor):
    """Validate requests, translate errors, mask surprises."""

    async def intercept_service(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        handler = await continuation(handler_call_details)
        method = str(handler_call_details.method)
        if handler is None or method.startswith(("/grpc.health.", "/grpc.reflection.")):
            return handler
        return _kinds(method, handler)


def _kinds(method: str, handler: Handler) -> Handler:
    kinds: dict[str, Callable[[str, Any], Any]] = {
        "unary_unary": _unary_unary,
        "unary_stream": _unary_stream,
        "stream_stream": _stream_stream,
    }
    for kind, wrap in kinds.items():
        if inner := getattr(handler, kind):
            make = getattr(grpc, f"{kind}_rpc_method_handler")
            return make(wrap(method, inner), handler.request_deserializer, handler.response_serializer)
    raise NotImplementedError(f"{method}: no rpc of ours streams requests only")


def _unary_unary(method: str, inner: Unary) -> Unary:
    async def call(request: Message, context: Context) -> Message:
        try:
            validate(request)
            return await inner(request, context)
        except Exception as error:
            await _abort(method, error, context)
            raise

    return call


def _unary_stream(method: str, inner: Stream) -> Stream:
    async def call(request: Message, context: Context) -> AsyncGenerator[Message, None]:
        try:
            validate(request)
            async with aclosing(inner(request, context)) as responses:
                async for response in responses:
                    yield response
        except Exception as error:  # noqa: BLE001
            await _abort(method, error, context)

    return call


def _stream_stream(method: str, inner: Stream) -> Stream:
    async def call(requests: AsyncIterator[Message], context: Context) -> AsyncGenerator[Message, None]:
        try:
            async with aclosing(inner(_validated(requests), context)) as responses:
                async for response in responses:
                    yield response
        except Exception as error:  # noqa: BLE001
            await _abort(method, error, context)

    return call


async def _validated(requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
    async for request in requests:
        validate(request)
        yield request


async def _abort(method: str, error: Exception, context: Context) -> None:
    if isinstance(error, aio.AbortError):
        raise error
    if not isinstance(error, ItsError):
        _log.error("unexpected error", method=method, exc_info=error)
        error = Internal(f"{method} failed inside this server; its log has the cause")
    await context.abort_with_status(cast("Any", rpc_status).to_status(to_status(error)))
