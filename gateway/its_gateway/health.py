"""`/health` says that this process lives; `/ready`, whether the whole chain behind it can answer."""

import asyncio

import orjson
from fastapi import Response

from its_gateway.orchestrator import Orchestrator
from its_runtime.errors import ItsError

PARTS = {
    "orchestrator": "its.orchestrator.v1.OrchestratorService",
    "generator": "its.generator.v1.GeneratorService",
    "reward": "its.reward.v1.RewardService",
}
"""The services that make an answer, by their full names. The orchestrator's health service knows its own, and
reports under the other two whether it reaches them; one that it doesn't know is not needed."""


class Health:
    """The two endpoints, with what they need."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator

    async def alive(self) -> Response:
        """Say that this process answers."""
        return _status(200, {"status": "ok"})

    async def ready(self) -> Response:
        """Say whether a request would be answered; when not, which part is missing. 200 or 503."""
        states = await asyncio.gather(*(self._orchestrator.serves(service) for service in PARTS.values()))
        parts = {part: "not ready" if state is False else "ready" for part, state in zip(PARTS, states, strict=True)}
        parts["profiles"] = await self._profiles()
        missing = [part for part, state in parts.items() if state != "ready"]
        return _status(503 if missing else 200, {"status": "not ready" if missing else "ready", "parts": parts})

    async def _profiles(self) -> str:
        try:
            return "ready" if await self._orchestrator.profiles() else "there are none"
        except ItsError as error:
            return error.message


def _status(status: int, body: dict[str, object]) -> Response:
    headers = {"retry-after": "1"} if status != 200 else None  # noqa: PLR2004  (200 is OK)
    return Response(orjson.dumps(body), status, headers, media_type="application/json")
