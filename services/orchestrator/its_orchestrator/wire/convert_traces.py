"""Runs in the contract's words."""

from functools import partial

from google.protobuf.timestamp_pb2 import Timestamp

from its.orchestrator.v1 import answer_pb2, trace_pb2
from its_orchestrator import conversations, events
from its_orchestrator.choosing.equivalence import Equivalence
from its_orchestrator.events import Event
from its_orchestrator.prompt import Conversation
from its_orchestrator.storing.trace import Trace
from its_orchestrator.traces import Words
from its_orchestrator.wire import convert_events
from its_orchestrator.wire.convert import budget_proto
from its_orchestrator.wire.convert_ledger import ledger


def words(equivalence: Equivalence, *, prompts: bool) -> Words:
    """Return how runs are told, with what they were asked if `prompts`."""
    tell = partial(convert_events.event, equivalence=equivalence)

    def discreet(event: Event) -> convert_events.event_pb2.SolveEvent:
        told = tell(event)
        if told.HasField("stage_started"):
            told.stage_started.ClearField("prompt")
        return told

    return Words(info, tell if prompts else discreet)


def info(trace: Trace) -> trace_pb2.TraceInfo:
    """Return what a list tells of a run."""
    told = trace_pb2.TraceInfo(
        trace_id=trace.recorder.trace_id,
        request_id=trace.about.request_id,
        state=trace_pb2.TraceState.Value(f"TRACE_STATE_{trace.state.name}"),
        began=_timestamp(trace.began),
        seconds=trace.seconds,
        error=trace.error,
    )
    for event in trace.recorder.events[:1] + trace.recorder.events[1:][-1:]:
        _add(told, event.kind)
    _ask(told, trace)
    return told


def _add(told: trace_pb2.TraceInfo, kind: events.Kind) -> None:
    if isinstance(kind, events.RunStarted):
        told.algorithm, told.model, told.reward_model, told.seed = (
            kind.algorithm,
            kind.model,
            kind.reward_model,
            kind.seed,
        )
        told.budget.CopyFrom(budget_proto(kind.budget))
    elif isinstance(kind, events.Answer):
        told.candidates = len(kind.candidates)
        told.stopped_by = answer_pb2.StoppedBy.Value(f"STOPPED_BY_{kind.stopped_by.name}")
        told.ledger.CopyFrom(ledger(kind.ledger))
    elif isinstance(kind, events.Progress | events.StageEnded):
        told.ledger.CopyFrom(ledger(kind.ledger))


def _ask(told: trace_pb2.TraceInfo, trace: Trace) -> None:
    prompt = trace.about.prompt
    if isinstance(prompt, Conversation):
        told.conversation.CopyFrom(conversations.to_proto(prompt))
    elif prompt:
        told.text = prompt


def _timestamp(seconds: float) -> Timestamp:
    stamp = Timestamp()
    stamp.FromMicroseconds(int(seconds * 1e6))
    return stamp
