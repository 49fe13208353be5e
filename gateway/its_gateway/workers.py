"""Workers: several gateways at one port, each a process of its own; they share the socket and nothing else.

The process that starts them answers nothing itself. A worker that is killed is replaced; one that ends by itself ends
all of them.
"""

import asyncio
import os
import sys
from collections.abc import Coroutine, Mapping
from tempfile import TemporaryDirectory
from typing import Any, cast

import structlog
from prometheus_client import multiprocess

from its_gateway.settings import Settings
from its_gateway.sockets import INHERITED, bind
from its_runtime.errors import Unavailable
from its_runtime.metrics import SHARED, served, together
from its_runtime.server import stopped

_log = structlog.get_logger("its.gateway")


async def work(settings: Settings) -> None:
    """Run `settings.workers` workers until told to stop, then let them finish what they are answering.

    Raises PortTaken when the port can't be bound, Unavailable when a worker ends by itself.
    """
    with TemporaryDirectory(prefix="its-gateway-") as folder, bind(settings) as bound:
        bound.listen()
        _log.info("working", workers=settings.workers, port=bound.getsockname()[1])
        environment = {
            **os.environ,
            "ITS_GATEWAY_METRICS_PORT": "null",  # one port can't be served by many
            INHERITED: str(bound.fileno()),
            SHARED: folder,
        }
        with served(together(folder), settings.host, settings.metrics_port):
            await _all([_place(environment, bound.fileno(), folder) for _ in range(settings.workers)])


async def leaderless() -> None:
    """Return when the process that started this worker is gone, however it went."""
    stream = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), sys.stdin
    )
    try:
        await stream.read()
    finally:
        transport.close()


async def _all(places: list[Coroutine[Any, Any, None]]) -> None:
    tasks = [asyncio.create_task(place) for place in (stopped(), *places)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


async def _place(environment: Mapping[str, str], descriptor: int, folder: str) -> None:
    """Keep one worker running, for ever; cancelling this stops the worker and waits for it."""
    while True:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "its_gateway", *sys.argv[1:]),
            env=environment,
            pass_fds=[descriptor],
            stdin=asyncio.subprocess.PIPE,  # its end tells the worker that this process is gone
        )
        try:
            status = await worker.wait()
        except asyncio.CancelledError:
            worker.terminate()
            await worker.wait()
            raise
        _forget(worker.pid, folder)
        if status >= 0:
            raise Unavailable(f"a worker of the gateway ended with exit status {status}; its last line says why")
        _log.error("a worker was killed, another one starts", pid=worker.pid, signal=-status)


def _forget(pid: int, folder: str) -> None:
    """Take away what a worker said of itself as it was; what it counted stays."""
    cast("Any", multiprocess).mark_process_dead(pid, folder)
