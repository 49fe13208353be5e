"""Preference pairs of stored runs: of two candidates for the same question, which one scored higher.

Rafailov et al. 2023, "Direct Preference Optimization", section 4, https://arxiv.org/abs/2305.18290: what trains on such
pairs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from its.chat.v1.chat_pb2 import Conversation, Role
from its.orchestrator.v1.answer_pb2 import Answer
from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse
from its_cli.exits import Failed


@dataclass(frozen=True, slots=True)
class Rated:
    """A candidate with its score."""

    text: str
    score: float
    index: int


@dataclass(frozen=True, slots=True)
class Contest:
    """Candidates that are alternatives to one another."""

    prompt: str
    turn_id: str
    rated: Sequence[Rated]

    def pairs(self, margin: float) -> Iterator[dict[str, Any]]:
        """Yield the best candidate against each that says something else and scored at least `margin` less."""
        best = max(self.rated, key=lambda one: one.score)
        for other in self.rated:
            if other.score < best.score and best.score - other.score >= margin and other.text != best.text:
                yield {
                    "prompt": self.prompt,
                    "chosen": best.text,
                    "rejected": other.text,
                    "chosen_score": best.score,
                    "rejected_score": other.score,
                    "chosen_index": best.index,
                    "rejected_index": other.index,
                    "turn_id": self.turn_id,
                }


def pairs(trace: GetTraceResponse, margin: float = 0.0) -> Iterator[dict[str, Any]]:
    """Yield the pairs of a run, in the fields that trainers read: prompt, chosen, rejected, and where they come from.

    Raises Failed where candidates have scores, but what was asked wasn't kept.
    """
    for contest in [*_of_stages(trace), *_of_answer(trace)]:
        for pair in contest.pairs(margin):
            if not contest.prompt:
                raise Failed(f"what run {trace.info.trace_id} was asked wasn't kept; set orchestrator.traces.prompts")
            yield {**pair, "trace_id": trace.info.trace_id}


def _of_stages(trace: GetTraceResponse) -> Iterator[Contest]:
    """Yield what each pass of a pipeline scored, as its last scorer left it."""
    prompts: dict[str, str] = {}
    found: dict[str, Contest] = {}
    for event in trace.events:
        if event.HasField("stage_started"):
            prompts.setdefault(event.stage_started.turn_id, event.stage_started.prompt)
        if event.HasField("stage_ended") and event.stage_ended.stage == "scoring":
            stage = event.stage_ended
            rated = [Rated(one.text, one.score, one.candidate_index) for one in stage.items if one.HasField("score")]
            if rated:
                found[stage.turn_id] = Contest(prompts.get(stage.turn_id, ""), stage.turn_id, rated)
    yield from found.values()


def _of_answer(trace: GetTraceResponse) -> Iterator[Contest]:
    """Yield the candidates of a search by an algorithm that a reward model scored."""
    for event in trace.events:
        rated = _rated(event.answer) if event.HasField("answer") else []
        if rated:
            yield Contest(_asked(trace), "", rated)


def _rated(answer: Answer) -> list[Rated]:
    ended = [(place, one) for place, one in enumerate(answer.candidates) if one.HasField("score") and one.stop_reason]
    return [Rated(one.text, one.score, place) for place, one in ended]


def _asked(trace: GetTraceResponse) -> str:
    info = trace.info
    return _transcript(info.conversation) if info.HasField("conversation") else info.text


def _transcript(conversation: Conversation) -> str:
    """Return what was asked; with the roles, where more was said than one question."""
    said = [(one.role, "".join(part.text for part in one.content)) for one in conversation.messages]
    if [role for role, _ in said] == [Role.ROLE_USER]:
        return said[0][1]
    return "\n\n".join(f"{Role.Name(role).removeprefix('ROLE_').lower()}: {text}" for role, text in said if text)
