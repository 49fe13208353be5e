"""What happens during a run, in words for people who wait."""

from collections.abc import Callable, Mapping
from typing import Any

from its.orchestrator.v1.event_pb2 import CandidateEnded, Progress, RunStarted, SolveEvent
from its.orchestrator.v1.stage_pb2 import StageEnded


def describe(event: SolveEvent) -> str:
    """Return a line about `event`; empty where there is nothing to tell."""
    kind = event.WhichOneof("kind")
    return _WORDS[kind](getattr(event, kind)) if kind and kind in _WORDS else ""


def _started(started: RunStarted) -> str:
    limits = [f"{value:g} {field.name}" for field, value in started.budget.ListFields()]
    model = f" with {started.model}" if started.model else ""
    return f"{started.algorithm}{model}, budget {', '.join(limits) or 'unlimited'}\n"


def _progress(progress: Progress) -> str:
    best = f", best score {progress.best_score:.3f}" if progress.HasField("best_score") else ""
    rounds = f"round {progress.rounds}: " if progress.rounds else ""
    return f"{rounds}{progress.live} growing, {progress.ended} ended{best}\n"


def _ended(ended: CandidateEnded) -> str:
    answer = f": {ended.final_answer}" if ended.final_answer else ""
    return f"candidate {ended.candidate_id} ended after {ended.completion_tokens} tokens{answer}\n"


def _stage(stage: StageEnded) -> str:
    return f"{stage.stage}, {stage.strategy}: {len(stage.items)} left\n"


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "started": _started,
    "progress": _progress,
    "ended": _ended,
    "failure": lambda failure: f"failed: {failure.message}\n",
    "note": lambda note: f"{note.message}\n",
    "stage_ended": _stage,
}
"""By kind of event."""
