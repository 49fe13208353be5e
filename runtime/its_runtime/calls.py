"""Calls that stop when their caller does.

Leaving `async for` over a grpc.aio call with `break` or an exception does not cancel it: the server goes on.
Reading through `responses` does.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any, TypeVar

from grpc import aio

from its_runtime.errors import Cancelled, ItsError
from its_runtime.status import from_call

Response = TypeVar("Response")


async def responses(
    call: "aio.UnaryStreamCall[Any, Response] | aio.StreamStreamCall[Any, Response]",
    service: str,
    told: Callable[[aio.Metadata], object] | None = None,
) -> AsyncGenerator[Response, None]:
    """Yield the responses of `call`; cancel it when the generator is closed, raise our errors for its status.

    Use it under `contextlib.aclosing`, which closes it at the end of the block rather than some time later. `told` is
    given the initial metadata, which the call has before its first response and its error.
    """
    try:
        if told:
            told(await call.initial_metadata())
        async for response in call:
            yield response
    except (aio.AioRpcError, asyncio.CancelledError) as error:
        raise _error(error, service) from error
    finally:
        call.cancel()


async def response(
    call: "aio.UnaryUnaryCall[Any, Response]", service: str, told: Callable[[aio.Metadata], object] | None = None
) -> Response:
    """Return the response of `call`, or raise our error for its status. Cancelling the task cancels the call.

    `told` is given the initial metadata, which a call has that was refused, too.
    """
    try:
        found = await call
        if told:
            told(await call.initial_metadata())
    except (aio.AioRpcError, asyncio.CancelledError) as error:
        if told and isinstance(error, aio.AioRpcError):
            told(error.initial_metadata())
        raise _error(error, service) from error
    return found


def _error(error: aio.AioRpcError | asyncio.CancelledError, service: str) -> ItsError:
    if isinstance(error, aio.AioRpcError):
        return from_call(error, service)
    task = asyncio.current_task()
    if task and task.cancelling():
        raise error
    # grpc.aio raises CancelledError also where only the call was cancelled, such as by closing its channel.
    return Cancelled(f"the call of {service} was cancelled on this side")
