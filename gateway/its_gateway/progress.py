"""What happens during a run, in words for people who wait."""

from its.orchestrator.v1.event_pb2 import CandidateEnded, Progress, RunStarted, SolveEvent


def describe(event: SolveEvent) -> str:
    """Return a line about `event`; empty where there is nothing to tell."""
    match event.WhichOneof("kind"):
        case "started":
            return _started(event.started)
        case "progress":
            return _progress(event.progress)
        case "ended":
            return _ended(event.ended)
        case "failure":
            return f"failed: {event.failure.message}\n"
        case "note":
            return f"{event.note.message}\n"
        case _:
            return ""


def _started(started: RunStarted) -> str:
    limits = [f"{value:g} {field.name}" for field, value in started.budget.ListFields()]
    return f"{started.algorithm} with {started.model}, budget {', '.join(limits) or 'unlimited'}\n"


def _progress(progress: Progress) -> str:
    best = f", best score {progress.best_score:.3f}" if progress.HasField("best_score") else ""
    rounds = f"round {progress.rounds}: " if progress.rounds else ""
    return f"{rounds}{progress.live} growing, {progress.ended} ended{best}\n"


def _ended(ended: CandidateEnded) -> str:
    answer = f": {ended.final_answer}" if ended.final_answer else ""
    return f"candidate {ended.candidate_id} ended after {ended.completion_tokens} tokens{answer}\n"
