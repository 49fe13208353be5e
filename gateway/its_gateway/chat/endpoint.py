"""`POST /v1/chat/completions`: validate, convert, call, convert."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from fastapi import Request, Response

from its.chat.v1.sampling_pb2 import Sampling
from its.orchestrator.v1.event_pb2 import SolveEvent
from its.orchestrator.v1.orchestrator_pb2 import SolveRequest
from its_gateway.chat.chunks import Chunks, stream
from its_gateway.chat.completion import Completion
from its_gateway.chat.seeds import derived
from its_gateway.front import Events, Front
from its_gateway.orchestrator import Orchestrator
from its_gateway.schema import ChatRequest
from its_gateway.settings import Settings
from its_gateway.several import side_by_side
from its_gateway.sse import EventStream
from its_runtime.errors import Internal


class Chat:
    """The endpoint, with what it needs."""

    def __init__(self, settings: Settings, orchestrator: Orchestrator) -> None:
        self._front = Front(settings, orchestrator, {})

    async def answer(self, request: Request) -> Response:
        """Answer the conversation in the body of `request`; stop all work when the client leaves."""
        completion = Completion(await self._front.read(request, ChatRequest))

        async def work(runs: Sequence[Events]) -> Response:
            return await (
                self._stream(completion, runs, request) if completion.asked.stream else _whole(completion, runs)
            )

        return await self._front.answer(request, completion.asked, work, *runs_of(completion.asked))

    async def _stream(self, completion: Completion, runs: Sequence[Events], request: Request) -> Response:
        chunks = [Chunks(completion, number) for number in range(len(runs))]
        pieces = stream(completion, chunks, runs, self._front.timing(request))
        return EventStream(await anext(pieces), pieces)


def runs_of(asked: ChatRequest) -> list[SolveRequest]:
    """Return what the runs of a request say beside it: each has a seed of its own, where there is one at all."""
    if asked.seed is None or asked.n == 1:
        return [SolveRequest()] * asked.n
    return [SolveRequest(sampling=Sampling(seed=derived(asked.seed, number))) for number in range(asked.n)]


async def _whole(completion: Completion, runs: Sequence[Events]) -> Response:
    found = {number: event async for number, event in _numbered(runs) if event.HasField("answer")}
    if len(found) < len(runs):
        raise Internal("the run ended without an answer")
    return Response(completion.whole([found[number] for number in range(len(runs))]), media_type="application/json")


async def _numbered(runs: Sequence[Events]) -> AsyncGenerator[tuple[int, SolveEvent], None]:
    """Yield what happens with the number of its run; one alone needs nobody to read it beside others."""
    if len(runs) > 1:
        async with aclosing(side_by_side(runs)) as numbered:
            async for one in numbered:
                yield one
        return
    async with aclosing(runs[0]) as events:
        async for event in events:
            yield 0, event
