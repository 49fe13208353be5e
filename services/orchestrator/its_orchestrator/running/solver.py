"""The solver: starts runs, streams their events, keeps their traces, and stops them when nobody listens."""

import asyncio
import secrets
from collections.abc import AsyncGenerator

from its_orchestrator.events import Answer, Event
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.limits.spending import Spending
from its_orchestrator.running.order import Order
from its_orchestrator.running.run import Engines, Run
from its_orchestrator.storing.trace import About
from its_orchestrator.traces import Traces
from its_runtime import trail

_OUTCOME: frozenset[type] = frozenset({Answer})


class Solver:
    """Runs orders on the engines."""

    def __init__(self, engines: Engines, traces: Traces) -> None:
        self._engines = engines
        self._traces = traces

    async def events(
        self, order: Order, wanted: frozenset[type], spending: Spending | None = None
    ) -> AsyncGenerator[Event]:
        """Yield the wanted kinds of events as they happen; raise what the run raises. Closing it stops the run.

        `spending` is told what it cost, however it ends.
        """
        recorder = Recorder(secrets.token_hex(8), wanted)
        if wanted <= _OUTCOME:  # nobody hears of anything while it runs
            await self._run(order, recorder, spending)
            yield recorder.events[-1]
            return
        run = asyncio.create_task(self._run(order, recorder, spending))
        try:
            async for event in recorder:
                yield event
            await run
        finally:
            run.cancel()
            await asyncio.wait({run})
            _ = run.cancelled() or run.exception()  # nobody else will look at it

    async def _run(self, order: Order, recorder: Recorder, spending: Spending | None) -> None:
        try:
            with self._traces.running(recorder, About(order.request_id, order.tenant, order.prompt)):
                await _answered(Run(order, self._engines, recorder), spending)
        finally:
            recorder.close()


async def _answered(run: Run, spending: Spending | None) -> None:
    try:
        await run.answer()
    finally:
        trail.note(**run.spent.used)
        if spending:
            spending.comes_to(run.spent)
