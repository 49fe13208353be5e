"""Run the gateway: `python -m its_gateway`."""

import asyncio
import os
from collections.abc import Awaitable, Callable

from its_gateway.settings import Settings
from its_gateway.sockets import INHERITED
from its_gateway.workers import leaderless, work
from its_runtime.process import run
from its_runtime.server import stopped


async def main(settings: Settings) -> None:
    """Answer requests until told to stop, or let workers do so."""
    worker = INHERITED in os.environ
    if settings.workers > 1 and not worker:
        await work(settings)
    else:
        await _answer(settings, _told_or_alone if worker else stopped)


async def _answer(settings: Settings, until: Callable[[], Awaitable[None]]) -> None:
    # A second of imports, which the process that only starts workers does without.
    from its_gateway.app import create_app  # noqa: PLC0415
    from its_gateway.meter import HttpMetrics  # noqa: PLC0415
    from its_gateway.orchestrator import open_orchestrator  # noqa: PLC0415
    from its_gateway.serving import serving  # noqa: PLC0415
    from its_runtime.telemetry import telling  # noqa: PLC0415

    with telling(settings, "gateway", HttpMetrics()) as telemetry:
        # The channel to the orchestrator outlives the last request.
        async with (
            open_orchestrator(settings.orchestrator, settings.tls) as orchestrator,
            serving(create_app(settings, orchestrator, telemetry), settings),
        ):
            await until()


async def _told_or_alone() -> None:
    async with asyncio.TaskGroup() as both:
        told, alone = both.create_task(stopped()), both.create_task(leaderless())
        await asyncio.wait((told, alone), return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        alone.cancel()


if __name__ == "__main__":
    run("gateway", Settings, main)
