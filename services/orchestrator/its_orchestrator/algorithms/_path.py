"""A particle's path: its states round by round, which may be cut and grafted onto another's."""

from dataclasses import dataclass, replace

from its_orchestrator.candidate import Candidate, Step
from its_orchestrator.context import Context


@dataclass(frozen=True, slots=True)
class Path:
    """A particle and how it came about: empty first, then its state after each round until it ended."""

    states: tuple[Candidate, ...]

    @property
    def now(self) -> Candidate:
        """Its last state."""
        return self.states[-1]

    def after(self, rounds: int) -> "Path":
        """Return the path as it was after so many rounds."""
        return Path(self.states[: rounds + 1])

    def to(self, state: Candidate) -> "Path":
        """Return the path one round longer."""
        return Path((*self.states, state))

    def fork(self, ctx: Context) -> "Path":
        """Return a path with the same past that goes its own way."""
        return Path((*self.states[:-1], ctx.fork(self.now)))

    def grafted(self, ctx: Context, onto: "Path", rounds: int) -> "Path":
        """Return a path that goes like `onto` for so many rounds and then like this one; its new states lack scores."""
        cut, past = self.states[rounds], onto.after(rounds).fork(ctx)
        return Path((*past.states, *(_grafted(state, cut, past.now) for state in self.states[rounds + 1 :])))


def _grafted(state: Candidate, cut: Candidate, onto: Candidate) -> Candidate:
    """Return `state`, which began with `cut`, beginning with `onto` instead."""
    return replace(
        state,
        id=onto.id,
        parent_id=onto.parent_id,
        text=onto.text + state.text[len(cut.text) :],
        steps=_steps(state.steps, cut.steps, onto.steps),
        token_ids=(*onto.token_ids, *state.token_ids[len(cut.token_ids) :]),
        logprobs=(*onto.logprobs, *state.logprobs[len(cut.logprobs) :]),
        confidences=(*onto.confidences, *state.confidences[len(cut.confidences) :]),
        told=(*onto.told, *state.told[len(cut.told) :]),
        tokens=onto.tokens + state.tokens - cut.tokens,
        cut_tokens=onto.cut_tokens + state.cut_tokens - cut.cut_tokens,
        score=None,
        step_scores=onto.step_scores,
    )


def _steps(all_: tuple[Step, ...], cut: tuple[Step, ...], onto: tuple[Step, ...]) -> tuple[Step, ...]:
    """An end of sequence alone made the last step of `cut` longer rather than one more: so it does here."""
    longer = all_[len(cut) - 1].size - cut[-1].size if cut else 0
    last = Step(onto[-1].text, onto[-1].size + longer) if longer and onto else None
    return (*onto[:-1], last, *all_[len(cut) :]) if last else (*onto, *all_[len(cut) :])
