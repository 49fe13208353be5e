"""Traces: the runs that go on, the last ones that ended, and those that a store keeps."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, contextmanager

from its.orchestrator.v1.event_pb2 import SolveEvent
from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse, ListTracesResponse
from its.orchestrator.v1.trace_pb2 import TraceInfo
from its_orchestrator.events import Event
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.storing.keeper import Keeper
from its_orchestrator.storing.settings import TraceSettings
from its_orchestrator.storing.store import Place
from its_orchestrator.storing.trace import About, State, Trace
from its_runtime.errors import InvalidRequest, ItsError, NotFound

PAGE = 100


class Words:
    """How a run is told in the contract's words."""

    def __init__(self, info: Callable[[Trace], TraceInfo], event: Callable[[Event], SolveEvent]) -> None:
        self.info = info
        self.event = event

    def whole(self, trace: Trace) -> GetTraceResponse:
        """Return all of a run."""
        return GetTraceResponse(info=self.info(trace), events=map(self.event, tuple(trace.recorder.events)))


class Traces:
    """Keeps a bounded number of runs in memory, and all of them where there is a keeper; the oldest go first."""

    def __init__(self, settings: TraceSettings, words: Words, keeper: Keeper | None = None) -> None:
        self._settings = settings
        self._words = words
        self._keeper = keeper
        self._running: dict[tuple[str, str], Trace] = {}
        self._ended: OrderedDict[tuple[str, str], Trace] = OrderedDict()

    @contextmanager
    def running(self, recorder: Recorder, about: About) -> Generator[None]:
        """Let the run inside the block be seen while it goes on, and keep it when it has ended, however it did."""
        trace = Trace(about if self._settings.prompts else about.discreet(), recorder)
        key = about.tenant, recorder.trace_id
        self._running[key] = trace
        try:
            yield
            trace.end(State.ANSWERED)
        except (asyncio.CancelledError, GeneratorExit):
            trace.end(State.CANCELLED)
            raise
        except ItsError as error:
            trace.end(State.FAILED, error.message)
            raise
        except BaseException:
            trace.end(State.FAILED, "something is broken here; the log has the cause")
            raise
        finally:
            del self._running[key]
            self._keep(key, trace)

    async def find(self, trace_id: str, tenant: str = "") -> GetTraceResponse:
        """Return a run of `tenant`. Raises NotFound when it isn't kept, or is another's."""
        if trace := self._at_hand(tenant, trace_id):
            return self._words.whole(trace)
        found = await self._keeper.read(tenant, trace_id) if self._keeper else None
        if found is None:
            raise NotFound(f"trace_id: no run {trace_id!r} is kept; this server keeps {self._what_is_kept}")
        return found

    async def watch(self, trace_id: str, tenant: str = "") -> AsyncGenerator[SolveEvent]:
        """Yield every event of a run of `tenant`, to its end. Raises NotFound when it isn't kept, or is another's."""
        if trace := self._at_hand(tenant, trace_id):
            async with aclosing(trace.recorder.follow()) as events:
                async for event in events:
                    yield self._words.event(event)
            return
        for event in (await self.find(trace_id, tenant)).events:
            yield event

    async def page(self, tenant: str, token: str = "", most: int = 0) -> ListTracesResponse:
        """Return a page of the runs of `tenant`, the latest first. Raises InvalidRequest for a token of nobody's."""
        before, most = _place(token) if token else None, most or PAGE
        stored = await self._keeper.latest(tenant, before, most + 1) if self._keeper else ()
        here = [self._words.info(one) for (whose, _), one in self._known() if whose == tenant]
        runs = {info.trace_id: info for info in (*stored, *here) if before is None or Place.of(info) < before}
        page = sorted(runs.values(), key=Place.of, reverse=True)
        token = _token(page[most - 1]) if len(page) > most else ""
        return ListTracesResponse(traces=page[:most], next_page_token=token)

    def _known(self) -> list[tuple[tuple[str, str], Trace]]:
        return [*self._ended.items(), *self._running.items()]

    def _at_hand(self, tenant: str, trace_id: str) -> Trace | None:
        key = tenant, trace_id
        return self._running.get(key) or self._ended.get(key)

    def _keep(self, key: tuple[str, str], trace: Trace) -> None:
        if self._keeper:
            self._keeper.keep(key[0], lambda: self._words.whole(trace))
        self._ended[key] = trace
        while len(self._ended) > self._settings.memory:
            self._ended.popitem(last=False)

    @property
    def _what_is_kept(self) -> str:
        if self._keeper:
            return f"the last {self._settings.stored} of each tenant"
        return f"the last {self._settings.memory} that ended"


def _token(info: TraceInfo) -> str:
    place = Place.of(info)
    return f"{place.began}-{place.trace_id}"


def _place(token: str) -> Place:
    began, _, trace_id = token.partition("-")
    if not (began.isdecimal() and trace_id):
        raise InvalidRequest.field("page_token", "this is no token; send the next_page_token of the page before")
    return Place(int(began), trace_id)
