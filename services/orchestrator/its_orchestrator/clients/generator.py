"""The client of a generator service."""

from collections.abc import Sequence

from grpc import aio

from its_orchestrator.clients import generation as wire
from its_orchestrator.clients.call import Call
from its_orchestrator.clients.line import Line
from its_orchestrator.engines import Evaluated, Evaluation, Generation, GenerationCall, GeneratorModel
from its_runtime.calls import response
from its_runtime.errors import Unmet
from its_runtime.trail import outgoing


class GeneratorClient:
    """Calls a generator over `channel`, with at most `calls` at once; more wait."""

    def __init__(
        self,
        channel: aio.Channel,
        address: str,
        *,
        calls: int = 256,
        longest: float = 600.0,
        believe_seconds: float = 10.0,
    ) -> None:
        self._line = Line(channel, address, calls=calls, longest=longest, believe_seconds=believe_seconds)

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return self._line.permits.waiting

    async def models(self) -> Sequence[GeneratorModel]:
        return await self._line.models.answer()

    def generate(self, generation: Generation) -> GenerationCall:
        return Call(self._line, generation)

    async def evaluate(self, evaluation: Evaluation) -> Evaluated:
        line = self._line
        seconds = line.longest if evaluation.seconds is None else min(evaluation.seconds, line.longest)
        async with line.permits.held(evaluation.flow):
            call = line.stub.Evaluate(wire.evaluation(evaluation), timeout=seconds, metadata=outgoing())
            found = await response(call, line.service)
        if [len(one.logprobs) for one in found.evaluations] != [len(one.rest) for one in evaluation.passages]:
            raise Unmet(f"{line.service}: it told the probabilities of other tokens than those it was given")
        return Evaluated(tuple(tuple(one.logprobs) for one in found.evaluations), wire.usage(found.usage))

    def doubt(self) -> None:
        """Ask again what the service can do: it failed, and may come back as another."""
        self._line.models.doubt()
