"""The line to a generator: what all calls of one generator share."""

from collections.abc import Sequence

from grpc import aio

from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import GeneratorServiceStub
from its_orchestrator.clients import generation as wire
from its_orchestrator.clients.believed import Believed
from its_orchestrator.engines import GeneratorModel
from its_runtime.calls import response
from its_runtime.fairness import Permits
from its_runtime.trail import outgoing

ABORT_SECONDS = 1.0
"""How long an Abort may take before the call is cancelled without knowing what it used."""
ASK_SECONDS = 5.0
"""How long a service may take to say what it can do."""


class Line:
    """The generator at `address`, reached over `channel`."""

    def __init__(
        self, channel: aio.Channel, address: str, *, calls: int, longest: float, believe_seconds: float
    ) -> None:
        self.service = f"generator at {address}"
        self.permits = Permits(calls)
        """How many calls may run at once; more wait."""
        self.longest = longest
        """Seconds that one call may take."""
        self.stub = GeneratorServiceStub(channel)
        self.models = Believed(self._ask, believe_seconds)
        """What it serves, the default model first."""

    async def abort(self, request_id: str) -> pb.AbortResponse:
        """Stop a running call and return what it used."""
        request = pb.AbortRequest(request_id=request_id)
        call = self.stub.Abort(request, timeout=ABORT_SECONDS, metadata=outgoing())
        return await response(call, self.service)

    async def _ask(self) -> Sequence[GeneratorModel]:
        call = self.stub.GetCapabilities(pb.GetCapabilitiesRequest(), timeout=ASK_SECONDS)
        return [wire.model(one) for one in (await response(call, self.service)).models]
