"""A run: one algorithm on one question, within its limits, from the first event to the answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from its_orchestrator.algorithms import Algorithm, Rewarded
from its_orchestrator.budget import StoppedBy
from its_orchestrator.candidate import WHOLE, Candidate, Choice, StopReason
from its_orchestrator.choosing.calling import CallingEquivalence
from its_orchestrator.choosing.equivalence import Equivalence
from its_orchestrator.context import Context
from its_orchestrator.engines import Aggregation, Generator, Reward
from its_orchestrator.events import Answer, Note, RunStarted
from its_orchestrator.growing.grower import Grower
from its_orchestrator.ledger import Ledger
from its_orchestrator.limits.account import Account
from its_orchestrator.limits.commitment import Commitment
from its_orchestrator.limits.fitting import Fitting
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.limits.spelling import making
from its_orchestrator.limits.watch import Watch
from its_orchestrator.running.order import Order
from its_orchestrator.scoring.scorer import Scorer
from its_orchestrator.steps import DELIMITERS
from its_orchestrator.tool_calls import demanded, offered, spoken
from its_runtime.errors import DeadlinePassed, Internal, ItsError, Unmet, Violation

RESERVE = 0.5
"""Seconds before the caller's deadline at which the search ends, so that the answer arrives in time; less, in
proportion, where the deadline is near."""
SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Engines:
    """The services behind a run."""

    generator: Generator
    reward: Reward
    equivalence: Equivalence


class Run:
    """Owns what one run uses, and lets go of all of it, whichever way the run ends."""

    def __init__(self, order: Order, engines: Engines, recorder: Recorder) -> None:
        self._order = order
        self._recorder = recorder
        self._account = Account(order.budget.tokens, recorder)
        self._watch = Watch(_seconds(order))
        self._tools = offered(order.prompt)
        self._fitting = Fitting(order)
        self._commitment = Commitment(
            recorder, held=self._fitting.late, may_call=bool(self._tools), top=order.logprobs if order.texts else None
        )
        watched = order.streams and order.samples == 1 and not self._commitment.held
        self._grower = Grower(
            engines.generator,
            order,
            self._account,
            self._watch,
            recorder.trace_id,
            on_text=self._commitment.add if watched else None,
        )
        self._scorer = self._make_scorer(engines.reward)
        self._context = Context(
            order,
            self._grower,
            self._scorer,
            self._account,
            self._watch,
            recorder,
            self._commitment,
            self._equivalence(engines.equivalence),
        )

    @property
    def spent(self) -> Ledger:
        """What was spent until now."""
        return self._account.ledger

    async def answer(self) -> Answer:
        """Run to the end and return the last event. Raises an error that lists the causes when nothing is left."""
        order = self._order
        reward = order.reward_model.identity.name if order.reward_model else ""
        self._recorder.add(
            RunStarted(order.algorithm.name, order.model.identity.name, reward, order.budget, order.seed)
        )
        try:
            with self._watch:
                choice = await self._solve()
                stopped_by = self._stopped_by(choice)
                await self._grower.close(at_once=False)
        finally:
            await self._grower.close(at_once=True)
            if self._scorer:
                await self._scorer.close()
        answer = self._outcome(choice, stopped_by)
        self._recorder.add(answer)
        return answer

    async def _solve(self) -> Choice:
        if self._order.samples > 1:
            return await self._order.algorithm.solve(self._context)
        candidates = await self._context.collect(self._context.sample(1))
        return Choice(candidates[0] if candidates else None, tuple(candidates))

    def _stopped_by(self, choice: Choice) -> StoppedBy:
        if self._account.stopped_by:
            return self._account.stopped_by
        if self._watch.over:
            return StoppedBy.SECONDS
        if self._account.failures:
            return StoppedBy.FAILURES
        return StoppedBy.DECIDED if choice.decided else StoppedBy.COMPLETED

    def _outcome(self, choice: Choice, stopped_by: StoppedBy) -> Answer:
        order, chosen = self._order, choice.chosen or self._cut_off()
        refusal = self._refusal(chosen)
        if refusal:
            chosen = Candidate("", stop_reason=StopReason.EOS)
        if chosen is None or (chosen.stop_reason is None and not chosen.text):
            raise nothing_left(self._account.failures, stopped_by)
        if refusal and self._commitment.text:
            raise Internal(f"the engine was to enforce the form of the answer and did not: {refusal}")
        self._commitment.held = False
        if not chosen.text.startswith(self._commitment.text):
            raise Internal(f"{order.algorithm.name} took back text that it had committed")
        said = spoken(chosen.text, self._tools if chosen.stop_reason in WHOLE else frozenset())
        if order.texts and said.text and not chosen.told:
            raise _untold(order.model.identity.name)
        tokens = tuple(token.among(order.logprobs or 0) for token in chosen.told) if order.texts else ()
        self._commitment.end(said.text, making(said.text, tokens))
        started = self._grower.started
        considered = {**self._context.ended, **{one.id: one for one in choice.candidates}}
        return Answer(
            algorithm=order.algorithm.name,
            parameters=order.algorithm.model_dump_json(),
            budget=order.budget,
            chosen=chosen,
            candidates=tuple(one.lean() for one in sorted(considered.values(), key=lambda one: int(one.id))),
            ledger=self._account.ledger.settled(chosen.tokens, chosen.cut_tokens, self._recorder.seconds),
            stopped_by=stopped_by,
            seed=order.seed,
            model=started.model if started else order.model.identity,
            reward_model=order.reward_model.identity if order.reward_model else None,
            logprobs=() if order.logprobs is None else chosen.logprobs,
            prompt_tokens=len(started.prompt_token_ids) if started else 0,
            tokens=tokens,
            score_range=(order.reward_model.low, order.reward_model.high) if order.reward_model else None,
            refusal=refusal,
            spoken=said if said.calls else None,
        )

    def _cut_off(self) -> Candidate | None:
        """Return the first answer, when all were cut off before they could have the form that was asked for."""
        cut = [self._context.ended[name] for name in self._context.formless]
        return None if any(one.stop_reason in WHOLE for one in cut) else next(iter(cut), None)

    def _refusal(self, chosen: Candidate | None) -> str:
        """Return why there is no answer; empty where there is one, or where its end tells that it was cut off."""
        formless = self._context.formless
        if chosen is None and formless:
            return f"none of {len(formless)} answers has the form that was asked for: {next(iter(formless.values()))}"
        if chosen is None or chosen.stop_reason not in WHOLE:
            return ""
        why = self._fitting.why_not(chosen.text)
        return "" if why is None else f"the answer doesn't have the form that was asked for: {why}"

    def _equivalence(self, general: Equivalence) -> Equivalence:
        equivalence = general.telling(lambda message: self._recorder.add(Note(message)), lambda: self._watch.left)
        if not self._tools:
            return equivalence
        return CallingEquivalence(equivalence, self._tools, demanded=demanded(self._order.prompt))

    def _make_scorer(self, reward: Reward) -> Scorer | None:
        order = self._order
        if order.reward_model is None:
            return None
        return Scorer(
            reward,
            order.reward_model,
            order,
            self._account,
            self._watch,
            self._recorder.trace_id,
            aggregation=_aggregation(order),
            delimiters=_delimiters(order.algorithm.worker),
        )


def nothing_left(failures: Sequence[ItsError], stopped_by: StoppedBy) -> ItsError:
    """Return the error of a run without any answer: its causes, as one of their own kind."""
    if not failures:
        return DeadlinePassed(f"the budget of {stopped_by.value} ended before anything was written; allow more")
    first = failures[0]
    messages = list(dict.fromkeys(one.message for one in failures))
    text = messages[0] if len(messages) == 1 else f"no candidate survived: {'; '.join(messages)}"
    return type(first)(text, violations=first.violations, retry_after=first.retry_after)


def _untold(model: str) -> ItsError:
    """Return the error of a model that says it tells log-probabilities, and doesn't."""
    message = f"model {model!r} told none; leave them out, and have its max_top_logprobs set to null where it is served"
    return Unmet(f"logprobs: {message}", violations=[Violation("logprobs", message)])


def _seconds(order: Order) -> float | None:
    deadline = None if order.seconds is None else order.seconds - min(RESERVE, SHARE * order.seconds)
    limits = [limit for limit in (order.budget.seconds, deadline) if limit is not None]
    return min(limits, default=None)


def _delimiters(algorithm: Algorithm) -> Sequence[str]:
    return algorithm.step_delimiters if isinstance(algorithm, Rewarded) else DELIMITERS


def _aggregation(order: Order) -> Aggregation:
    """Return the algorithm's aggregation, or the reward model's own where it doesn't know that one."""
    algorithm, reward = order.algorithm.worker, order.reward_model
    asked: Aggregation = algorithm.aggregation if isinstance(algorithm, Rewarded) else "default"
    known = reward is None or not reward.aggregations or asked in reward.aggregations
    return asked if known else "default"
