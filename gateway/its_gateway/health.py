"""`/health` says that this process lives; `/ready`, whether the whole chain behind it can answer."""

import asyncio

import orjson
import structlog
from fastapi import Response

from its_gateway.orchestrator import Orchestrator
from its_runtime.errors import ItsError

PARTS = {
    "orchestrator": "its.orchestrator.v1.OrchestratorService",
    "generator": "its.generator.v1.GeneratorService",
    "reward": "its.reward.v1.RewardService",
}
"""The services that make an answer, by their full names. The orchestrator's health service knows its own, and
may report under the other two whether it reaches them; what it doesn't report doesn't count."""

_log = structlog.get_logger("its.gateway")

_STATES = {True: "ready", False: "not ready", None: "unknown"}


class Health:
    """The two endpoints, with what they need."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator
        self._looking: asyncio.Task[dict[str, str]] | None = None

    async def alive(self) -> Response:
        """Say that this process answers."""
        return _status(200, {"status": "ok"})

    async def ready(self) -> Response:
        """Say whether a request would be answered; when not, which part is missing. 200 or 503.

        Anybody may ask, and as often as they like: whoever asks while somebody looks hears what is found then.
        """
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
            self._looking.add_done_callback(self._looked)
        parts = await asyncio.shield(self._looking)
        ready = set(parts.values()) <= {"ready", "unknown"}
        return _status(200 if ready else 503, {"status": "ready" if ready else "not ready", "parts": parts})

    async def _look(self) -> dict[str, str]:
        states = await asyncio.gather(*(self._orchestrator.serves(service) for service in PARTS.values()))
        parts = {part: _STATES[state] for part, state in zip(PARTS, states, strict=True)}
        return {**parts, "profiles": await self._profiles()}

    def _looked(self, _: object) -> None:
        self._looking = None

    async def _profiles(self) -> str:
        try:
            return "ready" if await self._orchestrator.profiles() else "there are none"
        except ItsError as error:  # whose message may name addresses, which are not everybody's business
            _log.warning("not ready", cause=error.message)
            return "the orchestrator does not tell of any"


def _status(status: int, body: dict[str, object]) -> Response:
    headers = {"retry-after": "1"} if status != 200 else None  # noqa: PLR2004  (200 is OK)
    return Response(orjson.dumps(body), status, headers, media_type="application/json")
