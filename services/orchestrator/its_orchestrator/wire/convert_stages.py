"""What happens in the stages of a pipeline, in the contract's words."""

from functools import singledispatch

from its.orchestrator.v1 import event_pb2, stage_pb2
from its_orchestrator import events
from its_orchestrator.wire.convert_ledger import ledger


@singledispatch
def fill(kind: object, message: event_pb2.SolveEvent) -> None:
    """Write an event of a stage into `message`."""
    raise NotImplementedError(f"{type(kind).__name__} has no place in the contract")


@fill.register
def _(kind: events.StageStarted, message: event_pb2.SolveEvent) -> None:
    message.stage_started.CopyFrom(
        stage_pb2.StageStarted(
            turn_id=kind.turn_id,
            stage=kind.stage,
            strategy=kind.strategy,
            items=kind.items,
            prompt=kind.prompt,
        )
    )


@fill.register
def _(kind: events.AttemptStarted, message: event_pb2.SolveEvent) -> None:
    message.attempt_started.CopyFrom(
        stage_pb2.AttemptStarted(
            turn_id=kind.turn_id,
            stage=kind.stage,
            strategy=kind.strategy,
            candidate_index=kind.candidate_index,
        )
    )


@fill.register
def _(kind: events.AttemptEnded, message: event_pb2.SolveEvent) -> None:
    message.attempt_ended.CopyFrom(
        stage_pb2.AttemptEnded(
            turn_id=kind.turn_id,
            stage=kind.stage,
            strategy=kind.strategy,
            candidate_index=kind.candidate_index,
            score=kind.score,
            text=kind.text,
            error=kind.error,
            calls=kind.calls,
            tokens=kind.tokens,
            seconds=kind.seconds,
        )
    )


@fill.register
def _(kind: events.StageEnded, message: event_pb2.SolveEvent) -> None:
    message.stage_ended.CopyFrom(
        stage_pb2.StageEnded(
            turn_id=kind.turn_id,
            stage=kind.stage,
            strategy=kind.strategy,
            items=[_item(one) for one in kind.items],
            ledger=ledger(kind.ledger),
            seconds=kind.seconds,
        )
    )


@fill.register
def _(kind: events.OutputPiece, message: event_pb2.SolveEvent) -> None:
    message.committed.text = kind.text


def _item(one: events.ItemKept) -> stage_pb2.Item:
    return stage_pb2.Item(
        id=one.id,
        parent_ids=one.parent_ids,
        candidate_index=one.candidate_index,
        score=one.score,
        text=one.text,
        tokens=one.tokens,
    )
