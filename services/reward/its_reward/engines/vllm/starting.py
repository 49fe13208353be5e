"""Starting vLLM, which takes from seconds to minutes, so that it can be called off at any moment."""

import asyncio
import multiprocessing

from vllm.engine.arg_utils import AsyncEngineArgs
from vllm.v1.engine.async_llm import AsyncLLM


async def started(arguments: AsyncEngineArgs) -> AsyncLLM:
    """Return a running engine; cancelling ends the process that was to become one, and waits for it."""
    others = set(multiprocessing.active_children())
    starting = asyncio.create_task(asyncio.to_thread(AsyncLLM.from_engine_args, arguments))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _called_off(starting, others)
        raise


async def _called_off(starting: "asyncio.Task[AsyncLLM]", others: set[multiprocessing.process.BaseProcess]) -> None:
    while not starting.done():
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        await asyncio.wait([starting], timeout=0.2)
    if not starting.exception():
        starting.result().shutdown()
