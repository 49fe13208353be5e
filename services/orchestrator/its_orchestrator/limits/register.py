"""The register of one run: what became of its candidates, and which of them have the form that was asked for."""

from its_orchestrator.candidate import Candidate
from its_orchestrator.events import CandidateEnded, FailureNoted, StepEnded
from its_orchestrator.limits.fitting import Fitting
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.terms import Terms


class Register:
    """Enters candidates as they grow and end, and tells the recorder."""

    def __init__(self, terms: Terms, recorder: Recorder) -> None:
        self.ended: dict[str, Candidate] = {}
        """Every candidate that ended, by name, as it ended."""
        self.formless: dict[str, str] = {}
        """Why some of them don't have the form that was asked for, by name; no algorithm sees them."""
        self._fitting = Fitting(terms)
        self._recorder = recorder

    def step(self, candidate: Candidate, before: int) -> bool:
        """Enter a candidate that had `before` tokens, and tell whether it may come."""
        if candidate.steps and candidate.tokens > before:
            last = candidate.steps[-1]
            self._recorder.add(StepEnded(candidate.id, len(candidate.steps) - 1, last.text, last.size))
        return not candidate.finished or self.end(candidate)

    def end(self, candidate: Candidate) -> bool:
        """Enter a candidate that ended, and tell whether it may come: one without the form asked for is noted."""
        self.ended[candidate.id] = candidate
        self._recorder.add(CandidateEnded(candidate.id, candidate.stop_reason, candidate.tokens, candidate.text))
        why = self.fault(candidate)
        if why is not None:
            self.formless[candidate.id] = why
            message = f"it doesn't have the form that was asked for: {why}"
            self._recorder.add(FailureNoted(message, candidate.id))
        return why is None

    def fault(self, candidate: Candidate) -> str | None:
        """Return why a candidate doesn't have the form that was asked for; None when it has, or none was."""
        return self._fitting.why_not(candidate.text)
