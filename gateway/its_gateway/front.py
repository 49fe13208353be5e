"""What every way to ask shares: a body is read, a choice is made, and the orchestrator is asked."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar
from uuid import uuid4

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError

from its.orchestrator.v1.event_pb2 import SolveEvent
from its.orchestrator.v1.orchestrator_pb2 import SolveRequest
from its_gateway.auth import caller_of
from its_gateway.caller import Solves
from its_gateway.catalogue import Catalogue
from its_gateway.connection import while_connected
from its_gateway.convert import to_solve_request
from its_gateway.errors import ApiError, from_its
from its_gateway.functions import Functions
from its_gateway.headers import chosen
from its_gateway.heartbeat import Timing
from its_gateway.orchestrator import Orchestrator
from its_gateway.parse import parse_as, read_body, refused
from its_gateway.patience import waited
from its_gateway.renaming import renamed
from its_gateway.schema import ChatRequest
from its_gateway.settings import Settings
from its_runtime.errors import ItsError

Events = AsyncGenerator[SolveEvent, None]
Work = Callable[[Sequence[Events]], Coroutine[Any, Any, Response]]
Body = TypeVar("Body", bound=BaseModel)


class Front:
    """One of OpenAI's protocols in front of the one path that a question takes.

    A protocol turns its requests into chat completion requests, so that a field means the same in all of them.
    """

    def __init__(self, settings: Settings, orchestrator: Orchestrator, names: Mapping[str, str]) -> None:
        """Ask `orchestrator`; `names` are what this protocol calls fields of chat completions, by their beginnings."""
        self._settings = settings
        self._orchestrator = orchestrator
        self._catalogue = Catalogue(orchestrator)
        self._functions = Functions(orchestrator)
        self._names = names

    async def read(self, request: Request, kind: type[Body]) -> Body:
        """Return the body of `request` as one of that kind, with what its headers choose. Raises ApiError."""
        body = await read_body(request, self._settings.max_body_bytes)
        asked = parse_as(kind, request.headers.get("content-type", ""), body)
        return chosen(asked, request.headers, self._settings.endpoints)

    def as_chat(self, asked: Mapping[str, Any]) -> ChatRequest:
        """Return a chat completion request of these fields. Raises ApiError in this protocol's words."""
        try:
            return ChatRequest.model_validate(asked)
        except ValidationError as error:
            raise renamed(refused(ChatRequest, error), self._names) from error

    async def answer(self, request: Request, asked: ChatRequest, work: Work, *runs: SolveRequest) -> Response:
        """Return what `work` makes of what happens in each of the runs; when the client leaves, all of it stops.

        Every run is of `asked`, where it doesn't say something else itself.
        """
        request.state.noted = _noted(asked)
        return await while_connected(request.receive, self._answer(request, asked, work, runs))

    def timing(self, request: Request) -> Timing:
        """Return how patient the stream is that answers `request`."""
        return timing(self._settings, request)

    async def _answer(self, request: Request, asked: ChatRequest, work: Work, runs: Sequence[SolveRequest]) -> Response:
        try:
            choice = await self._catalogue.choose(asked.model, asked.algorithm)
            behind = await self._functions.behind(choice.model)
            seconds = self._seconds(request, asked)
            questions = _together([to_solve_request(asked, choice, _id(request)) for _ in runs])
            return await work([_events(request, behind, *one, seconds) for one in zip(questions, runs, strict=True)])
        except ItsError as error:
            raise renamed(from_its(error), self._names) from error
        except ApiError as error:
            raise renamed(error, self._names) from error

    def _seconds(self, request: Request, asked: ChatRequest) -> float:
        most = self._settings.request_seconds
        return most if asked.stream else waited(request.headers, most)


def timing(settings: Settings, request: Request) -> Timing:
    """Return how patient the stream is that answers `request`."""
    standing = caller_of(request).standing
    return Timing(settings.status_seconds, settings.keep_alive_seconds, lambda: standing.known)


def _events(request: Request, behind: Solves, question: SolveRequest, run: SolveRequest, seconds: float) -> Events:
    question.MergeFrom(run)
    return caller_of(request).solve(behind, question, seconds)


def _together(questions: Sequence[SolveRequest]) -> Sequence[SolveRequest]:
    """Make several questions one request for its limits; the id that its client chose would not do."""
    if len(questions) > 1:
        name = uuid4().hex
        for question in questions:
            question.limits.request, question.limits.calls = name, len(questions)
    return questions


def _id(request: Request) -> str:
    return f"{request.state.request_id}-{uuid4().hex[:8]}"


def _noted(asked: ChatRequest) -> dict[str, object]:
    noted = {"model": asked.model, "user": asked.user or asked.safety_identifier, "metadata": asked.metadata}
    return {name: value for name, value in noted.items() if value}
