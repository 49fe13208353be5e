"""The bounds of a request: what one gateway lets nobody ask for, whatever the contract would allow."""

from its.orchestrator.v1.orchestrator_pb2 import SolveRequest
from its_gateway.settings import Settings
from its_runtime.errors import InvalidRequest


def check(request: SolveRequest, settings: Settings) -> None:
    """Raise InvalidRequest naming the field that asks for too much."""
    messages, samples = len(request.conversation.messages), request.budget.samples
    if messages > settings.max_messages:
        message = f"there are {messages}; this gateway reads at most {settings.max_messages}"
        raise InvalidRequest.field("conversation.messages", message)
    if samples > settings.max_samples:
        message = f"{samples} samples; this gateway spends at most {settings.max_samples} on a request"
        raise InvalidRequest.field("budget.samples", message)
