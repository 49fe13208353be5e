"""What `/generate/stream` says: `data:` for pieces of the output, `intermediate_data:` for what happens on the way."""

import orjson

from its.orchestrator.v1.event_pb2 import SolveEvent
from its.orchestrator.v1.stage_pb2 import StageEnded
from its_gateway.errors import ApiError
from its_gateway.function_call import FunctionCall
from its_gateway.progress import describe
from its_gateway.sse import event
from its_gateway.telling import Telling


class Generated(Telling):
    """The stream of one call of the workflow."""

    def __init__(self, call: FunctionCall) -> None:
        super().__init__()
        self._call = call
        self._steps = 0

    def begin(self) -> bytes:
        return b""

    def tell(self, happened: SolveEvent) -> bytes:
        if happened.HasField("committed"):
            return event(self._call.as_json())
        if happened.HasField("answer"):
            self.ended = True
            return b"" if self._call.pieces else event(self._call.as_json())
        if happened.HasField("stage_ended"):
            stage = happened.stage_ended
            return self._step(happened, f"{stage.stage}: {stage.strategy}", _items(stage))
        told = describe(happened)
        return self._step(happened, happened.WhichOneof("kind") or "", told) if told else b""

    def fail(self, error: ApiError) -> bytes:
        return event(error.body())

    def _step(self, happened: SolveEvent, name: str, payload: str) -> bytes:
        """Return a step with the fields that clients of NeMo Agent Toolkit show."""
        self._steps += 1
        identity = f"{happened.trace_id}.{self._steps}"
        told = {"id": identity, "parent_id": happened.trace_id, "type": "markdown", "name": name, "payload": payload}
        return b"intermediate_" + event(orjson.dumps(told))


def _items(stage: StageEnded) -> str:
    """Return a line for each item that a stage leaves: its place, its score, what it says."""
    scores = [f" ({item.score:g})" if item.HasField("score") else "" for item in stage.items]
    return "\n".join(
        f"{item.candidate_index + 1}.{score} {item.text}" for item, score in zip(stage.items, scores, strict=True)
    )
