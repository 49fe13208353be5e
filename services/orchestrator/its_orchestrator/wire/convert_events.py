"""Events in the contract's words."""

from collections.abc import Callable
from functools import singledispatch

from its.chat.v1 import chat_pb2
from its.generator.v1 import generator_pb2
from its.orchestrator.v1 import answer_pb2, event_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its_orchestrator import events
from its_orchestrator.candidate import Candidate, StopReason, Token
from its_orchestrator.choosing.equivalence import Equivalence
from its_orchestrator.clients.generation import REASONS
from its_orchestrator.limits.spelling import making
from its_orchestrator.tool_calls import Spoken
from its_orchestrator.wire import convert_stages
from its_orchestrator.wire.convert import budget_proto, identity
from its_orchestrator.wire.convert_ledger import ledger

OUTCOME: frozenset[type] = frozenset({events.Answer})
ANSWER: frozenset[type] = frozenset({events.TextCommitted, events.Answer})
STAGES: frozenset[type] = frozenset({events.StageStarted, events.StageEnded})
PROGRESS = ANSWER | STAGES | {events.RunStarted, events.Progress, events.Note, events.FailureNoted}
ATTEMPTS: frozenset[type] = frozenset({events.AttemptStarted, events.AttemptEnded})
ALL = PROGRESS | ATTEMPTS | {events.StepEnded, events.CandidateScored, events.Resampled, events.CandidateEnded}

Extract = Callable[[str], str | None]


def wanted(detail: pb.Detail.ValueType) -> frozenset[type]:
    """Return the kinds of events that a request of this detail wants."""
    return {pb.DETAIL_ANSWER: ANSWER, pb.DETAIL_PROGRESS: PROGRESS, pb.DETAIL_ALL: ALL}.get(detail, OUTCOME)


def event(one: events.Event, equivalence: Equivalence) -> event_pb2.SolveEvent:
    """Return an event; final answers are what `equivalence` extracts."""
    message = event_pb2.SolveEvent()
    _make(message, one, equivalence)
    return message


def response(one: events.Event, equivalence: Equivalence) -> pb.SolveResponse:
    """Return an event as part of the answer to a call."""
    message = pb.SolveResponse()
    _make(message.event, one, equivalence)
    return message


def _make(message: event_pb2.SolveEvent, one: events.Event, equivalence: Equivalence) -> None:
    """Make `message`, which is empty, that event where it stands: made elsewhere, it would have to be copied."""
    message.trace_id, message.index, message.seconds = one.trace_id, one.index, one.seconds
    _fill(one.kind, message, equivalence.extract)


@singledispatch
def _fill(kind: object, message: event_pb2.SolveEvent, extract: Extract) -> None:
    convert_stages.fill(kind, message)


@_fill.register
def _(kind: events.RunStarted, message: event_pb2.SolveEvent, extract: Extract) -> None:
    message.started.CopyFrom(
        event_pb2.RunStarted(
            algorithm=kind.algorithm,
            model=kind.model,
            reward_model=kind.reward_model,
            budget=budget_proto(kind.budget),
            seed=kind.seed,
        )
    )


@_fill.register
def _(kind: events.Progress, message: event_pb2.SolveEvent, extract: Extract) -> None:
    message.progress.CopyFrom(
        event_pb2.Progress(
            rounds=kind.rounds,
            live=kind.live,
            ended=kind.ended,
            best_score=kind.best_score,
            ledger=ledger(kind.ledger),
        )
    )


@_fill.register
def _(kind: events.StepEnded, message: event_pb2.SolveEvent, extract: Extract) -> None:
    message.step.CopyFrom(
        event_pb2.StepEnded(candidate_id=kind.candidate_id, step=kind.step, text=kind.text, tokens=kind.tokens)
    )


@_fill.register
def _(kind: events.CandidateScored, message: event_pb2.SolveEvent, extract: Extract) -> None:
    message.scored.scores.add(candidate_id=kind.candidate_id, score=kind.score, step_scores=kind.step_scores)


@_fill.register
def _(kind: events.Resampled, message: event_pb2.SolveEvent, extract: Extract) -> None:
    survivors = [event_pb2.Survivor(candidate_id=name, parent_id=parent) for name, parent in kind.survivors]
    message.resampled.CopyFrom(
        event_pb2.Resampled(
            survivors=survivors, dropped_ids=kind.dropped, effective_sample_size=kind.effective_sample_size
        )
    )
    for name, times in kind.expected:
        message.resampled.expected.add(candidate_id=name, times=times)


@_fill.register
def _(kind: events.CandidateEnded, message: event_pb2.SolveEvent, extract: Extract) -> None:
    message.ended.CopyFrom(
        event_pb2.CandidateEnded(
            candidate_id=kind.candidate_id,
            stop_reason=_reason(kind.stop_reason),
            completion_tokens=kind.tokens,
            text=kind.text,
            final_answer=extract(kind.text) or "",
        )
    )


@_fill.register
def _(kind: events.TextCommitted, message: event_pb2.SolveEvent, extract: Extract) -> None:
    message.committed.CopyFrom(event_pb2.TextCommitted(text=kind.text, tokens=map(_token, kind.tokens)))


@_fill.register
def _(kind: events.FailureNoted, message: event_pb2.SolveEvent, extract: Extract) -> None:
    message.failure.CopyFrom(event_pb2.FailureNoted(candidate_id=kind.candidate_id, message=kind.message))


@_fill.register
def _(kind: events.Note, message: event_pb2.SolveEvent, extract: Extract) -> None:
    message.note.message = kind.message


@_fill.register
def _(kind: events.Answer, message: event_pb2.SolveEvent, extract: Extract) -> None:
    chosen = kind.chosen
    message.answer.CopyFrom(
        answer_pb2.Answer(
            message=_message(kind, message.trace_id),
            stop_reason=_reason(chosen.stop_reason),
            algorithm=kind.algorithm,
            parameters_json=kind.parameters,
            budget=budget_proto(kind.budget),
            ledger=ledger(kind.ledger),
            stopped_by=answer_pb2.StoppedBy.Value(f"STOPPED_BY_{kind.stopped_by.name}"),
            seed=kind.seed,
            model=identity(kind.model),
            reward_model=identity(kind.reward_model) if kind.reward_model else None,
            logprobs=kind.logprobs,
            prompt_tokens=kind.prompt_tokens,
            tokens=map(_token, making(kind.spoken.text if kind.spoken else chosen.text, kind.tokens)),
            refusal=kind.refusal,
            score_range=_range(kind.score_range),
        )
    )
    for one in kind.candidates:
        _add(message.answer, one, extract, chosen=one.id == chosen.id)


def _token(token: Token) -> answer_pb2.AnswerToken:
    top = [answer_pb2.TopToken(text=text, logprob=logprob) for text, logprob in token.top]
    return answer_pb2.AnswerToken(text=token.text, logprob=token.logprob, top=top)


def _message(answer: events.Answer, trace_id: str) -> chat_pb2.Message:
    said = answer.spoken or Spoken(answer.chosen.text, ())
    calls = [
        chat_pb2.ToolCall(id=f"call_{trace_id}_{place}", name=call.name, arguments_json=call.arguments_json)
        for place, call in enumerate(said.calls)
    ]
    content = [chat_pb2.ContentPart(text=said.text)] if said.text or not calls else []
    return chat_pb2.Message(role=chat_pb2.ROLE_ASSISTANT, content=content, tool_calls=calls)


def _add(answer: answer_pb2.Answer, one: Candidate, extract: Extract, *, chosen: bool) -> None:
    """Add a candidate in its place, and what it has: to say that something is absent takes longer than to be silent."""
    added = answer.candidates.add(
        id=one.id,
        text=one.text,
        final_answer=one.answer or extract(one.text) or "",
        stop_reason=_reason(one.stop_reason),
        completion_tokens=one.tokens,
        chosen=chosen,
    )
    if one.parent_id:
        added.parent_id = one.parent_id
    if one.step_scores:
        added.step_scores.extend(one.step_scores)
    for name in ("score", "votes", "weight", "confidence"):
        if (number := getattr(one, name)) is not None:
            setattr(added, name, number)


def _range(found: tuple[float, float] | None) -> answer_pb2.ScoreRange | None:
    return None if found is None else answer_pb2.ScoreRange(low=found[0], high=found[1])


def _reason(reason: StopReason | None) -> generator_pb2.StopReason.ValueType:
    return REASONS[reason] if reason else generator_pb2.STOP_REASON_UNSPECIFIED
