"""What one run of a request spent, as log, metrics and trace hear of it: up to where it was left, and no word said."""

from its.orchestrator.v1.answer_pb2 import Answer, Ledger, StoppedBy
from its.orchestrator.v1.event_pb2 import SolveEvent
from its_runtime import trail

_COUNTED = ("prompt_tokens", "cached_prompt_tokens", "completion_tokens", "reward_tokens")


class Spent:
    """Listens to one run. The tokens of several are those of their request together."""

    def __init__(self) -> None:
        self._heard = Ledger()

    def hear(self, event: SolveEvent) -> None:
        """Note what `event` tells of the cost, if anything."""
        if event.HasField("answer"):
            self._end(event.answer)
        elif event.HasField("progress"):
            self._come_to(event.progress.ledger)
        elif event.HasField("stage_ended"):
            self._come_to(event.stage_ended.ledger)

    def _end(self, answer: Answer) -> None:
        stopped_by = StoppedBy.Name(answer.stopped_by).removeprefix("STOPPED_BY_").lower()
        trail.note(algorithm=answer.algorithm, stopped_by=stopped_by)
        trail.count(candidates=len(answer.candidates))
        self._come_to(answer.ledger)

    def _come_to(self, ledger: Ledger) -> None:
        trail.count(**{name: getattr(ledger, name) - getattr(self._heard, name) for name in _COUNTED})
        self._heard = ledger
