"""The edge of a service: what every call passes on its way in, and every error on its way out.

One interceptor wraps each handler once: constraints of the .proto are enforced, our errors become statuses with
details, an unexpected exception is logged here and masked for the caller (grpc.aio would send its text), calls
beyond a limit are refused, and each is told of in log, metrics and trace. Health and reflection pass untouched, so
that a busy server is not taken for a dead one.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import grpc
import structlog
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from grpc import aio
from grpc_status import rpc_status

from its_runtime.constraints import validate
from its_runtime.errors import Internal, ItsError, Overloaded
from its_runtime.status import to_status
from its_runtime.telemetry import Telemetry

if TYPE_CHECKING:
    Handler = grpc.RpcMethodHandler[Any, Any]  # generic in the stubs only
Context = aio.ServicerContext[Any, Any]
Unary = Callable[[Message, Context], Awaitable[Message]]
Stream = Callable[[Any, Context], AsyncGenerator[Message, None]]
Result = TypeVar("Result")

RETRY_AFTER = 1.0
"""Seconds after which a call that was one too many may try again."""

_log = structlog.get_logger("its.edge")


class Edge(aio.ServerInterceptor):
    """Validate requests, limit calls, translate errors, mask surprises, tell of all of it."""

    def __init__(self, max_concurrent_calls: int, telemetry: Telemetry[Any], *, log_prompts: bool = False) -> None:
        """Let `max_concurrent_calls` run at once; 0 is no limit. `log_prompts` writes requests into the log."""
        self._limit = max_concurrent_calls
        self._telemetry = telemetry
        self._log_prompts = log_prompts
        self._running = 0
        self._handlers: dict[str, Handler] = {}

    async def intercept_service(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        continuation: Callable[[grpc.HandlerCallDetails], "Awaitable[Handler | None]"],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "Handler | None":
        method = str(handler_call_details.method)
        if known := self._handlers.get(method):
            return known
        handler = await continuation(handler_call_details)
        if handler is None or method.startswith(("/grpc.health.", "/grpc.reflection.")):
            return handler
        return self._handlers.setdefault(method, self._wrapped(method, handler))

    def _wrapped(self, method: str, handler: "Handler") -> "Handler":
        kinds: dict[str, Callable[[Any], Any]] = {
            "unary_unary": _unary_unary,
            "unary_stream": _unary_stream,
            "stream_stream": _stream_stream,
        }
        for kind, wrap in kinds.items():
            if inner := getattr(handler, kind):
                make = getattr(grpc, f"{kind}_rpc_method_handler")
                return make(
                    self._guarded(method, wrap(inner)), handler.request_deserializer, handler.response_serializer
                )
        raise NotImplementedError(f"{method}: no rpc of ours streams requests only")

    def _guarded(
        self, method: str, inner: Callable[[Any, Context], Awaitable[Result]]
    ) -> Callable[[Any, Context], Awaitable[Result]]:
        async def call(request: Any, context: Context) -> Result:  # noqa: ANN401  (a message, or a stream of them)
            with self._telemetry.call(method.removeprefix("/"), context.invocation_metadata() or ()) as outcome:
                try:
                    return await self._limited(inner, self._seen(request), context)
                except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001
                    public = _public(method, error)
                    outcome.code = public.code.name
                    await _abort(context, public)

        return call

    async def _limited(
        self,
        inner: Callable[[Any, Context], Awaitable[Result]],
        request: Any,  # noqa: ANN401  (as above)
        context: Context,
    ) -> Result:
        if self._limit and self._running >= self._limit:
            raise self._overloaded()
        self._running += 1
        try:
            return await inner(request, context)
        finally:
            self._running -= 1

    def _seen(self, request: Any) -> Any:  # noqa: ANN401  (as above)
        if self._log_prompts and isinstance(request, Message):
            _log.info("asked", request=MessageToDict(request, preserving_proto_field_name=True))
        return request

    def _overloaded(self) -> Overloaded:
        message = f"{self._limit} calls are running, which is all that this server takes; try again"
        return Overloaded(message, retry_after=RETRY_AFTER)


def _unary_unary(inner: Unary) -> Unary:
    async def call(request: Message, context: Context) -> Message:
        validate(request)
        return await inner(request, context)

    return call


def _unary_stream(inner: Stream) -> Callable[[Message, Context], Awaitable[None]]:
    async def call(request: Message, context: Context) -> None:
        validate(request)
        await _write(inner(request, context), context)

    return call


def _stream_stream(inner: Stream) -> Callable[[AsyncIterator[Message], Context], Awaitable[None]]:
    async def call(requests: AsyncIterator[Message], context: Context) -> None:
        await _write(inner(_validated(requests), context), context)

    return call


async def _validated(requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
    async for request in requests:
        validate(request)
        yield request


async def _write(responses: AsyncGenerator[Message, None], context: Context) -> None:
    # Written, not yielded: a generator that grpc.aio iterates is left to the garbage collector when the client leaves.
    async with aclosing(responses):
        async for response in responses:
            await context.write(response)


def _public(method: str, error: BaseException) -> ItsError:
    task = asyncio.current_task()
    if isinstance(error, aio.AbortError) or (isinstance(error, asyncio.CancelledError) and task and task.cancelling()):
        raise error  # grpc.aio's own: the status is sent, or the client has left
    if isinstance(error, ItsError) and not isinstance(error, Internal):
        return error
    _log.error("unexpected error", method=method, exc_info=error)
    return error if isinstance(error, Internal) else Internal(f"{method} failed inside this server; its log says why")


async def _abort(context: Context, error: ItsError) -> NoReturn:
    await context.abort_with_status(cast("Any", rpc_status).to_status(to_status(error)))
    raise AssertionError("abort_with_status raises")
