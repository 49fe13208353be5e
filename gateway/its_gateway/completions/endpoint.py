"""`POST /v1/completions`: validate, convert, call, convert."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import orjson
from fastapi import Request, Response

from its.chat.v1.sampling_pb2 import Sampling
from its.orchestrator.v1.orchestrator_pb2 import SolveRequest
from its_gateway import answer as answers
from its_gateway.chat.seeds import derived
from its_gateway.completions.answer import Completion, CompletionChunks
from its_gateway.completions.schema import CompletionRequest
from its_gateway.front import Events, Front
from its_gateway.heartbeat import Timing
from its_gateway.orchestrator import Orchestrator
from its_gateway.settings import Settings
from its_gateway.several import side_by_side
from its_gateway.sse import DONE, EventStream, event
from its_runtime.errors import Internal

NAMES = {"messages": "prompt", "max_completion_tokens": "max_tokens"}
"""What this protocol calls fields of chat completions, by their beginnings."""


class Completions:
    """The endpoint, with what it needs."""

    def __init__(self, settings: Settings, orchestrator: Orchestrator) -> None:
        self._front = Front(settings, orchestrator, NAMES)

    async def answer(self, request: Request) -> Response:
        """Continue each prompt in the body of `request`; stop all work when the client leaves."""
        completion = Completion(await self._front.read(request, CompletionRequest))
        asked = completion.asked

        async def work(runs: Sequence[Events]) -> Response:
            return await (self._stream(completion, runs, request) if asked.stream else _whole(completion, runs))

        runs = [run(asked, prompt, number) for prompt in asked.prompt for number in range(asked.n)]
        return await self._front.answer(request, self._front.as_chat(asked.to_chat()), work, *runs)

    async def _stream(self, completion: Completion, runs: Sequence[Events], request: Request) -> Response:
        pieces = _pieces(completion, runs, self._front.timing(request))
        return EventStream(await anext(pieces), pieces)


def run(asked: CompletionRequest, prompt: str, number: int) -> SolveRequest:
    """Return what the run of that number of a prompt says beside the request: each has a seed of its own."""
    if asked.seed is None or asked.n == 1:
        return SolveRequest(text=prompt)
    return SolveRequest(text=prompt, sampling=Sampling(seed=derived(asked.seed, number)))


async def _whole(completion: Completion, runs: Sequence[Events]) -> Response:
    found = {number: event async for number, event in side_by_side(runs) if event.HasField("answer")}
    if len(found) < len(runs):
        raise Internal("a run ended without an answer")
    return Response(completion.whole([found[number] for number in range(len(runs))]), media_type="application/json")


async def _pieces(completion: Completion, runs: Sequence[Events], timing: Timing) -> AsyncGenerator[bytes, None]:
    chunks = [CompletionChunks(completion, number) for number in range(len(runs))]
    several = side_by_side([one.of(run, timing) for one, run in zip(chunks, runs, strict=True)])
    async with aclosing(several):
        async for number, piece in several:
            yield piece
            if chunks[number].failed:
                break
    found = [one.answer for one in chunks if one.answer]
    options = completion.asked.stream_options
    if options and options.include_usage and len(found) == len(runs):
        yield event(orjson.dumps(completion.around([], usage=answers.usage(*found))))
    yield DONE
