"""A reward service that is a function of the text so far."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence

from its_orchestrator.engines import Aggregation, RewardModel, Scored, Scores, Scoring, Trajectory, Usage
from its_orchestrator.testing.faults import ENDLESS, Fault
from its_runtime.errors import InvalidRequest, Unavailable

Judge = Callable[[str], float]


class ToyReward:
    """Serves one model. `faults` tells which of its calls, by number, go wrong."""

    def __init__(self, judge: Judge, model: RewardModel, faults: Mapping[int, Fault]) -> None:
        self.model = model
        self.scorings: list[Scoring] = []
        """Every call it got."""
        self.reported: list[Usage] = []
        """What it told of each call that told anything."""
        self.running = 0
        """Calls that neither ended nor were stopped."""
        self._judge = judge
        self._faults = faults

    async def models(self) -> Sequence[RewardModel]:
        return [self.model]

    async def score(self, scoring: Scoring) -> Scores:
        fault = self._faults.get(len(self.scorings))
        self.scorings.append(scoring)
        self.running += 1
        try:
            await self._fail(fault)
            return self._scores(scoring, fault)
        finally:
            self.running -= 1

    async def _fail(self, fault: Fault | None) -> None:
        await asyncio.sleep(0)
        if fault in ENDLESS:
            await asyncio.Event().wait()
        if fault in {Fault.DOWN, Fault.BREAKS}:
            raise Unavailable("reward service of this world: it is down")
        if fault is Fault.REFUSES:
            raise InvalidRequest.field("trajectories", "this world refuses them")

    def _scores(self, scoring: Scoring, fault: Fault | None) -> Scores:
        scored = [self._scored(one, scoring.aggregation) for one in scoring.trajectories]
        if fault is Fault.FORGETS:
            scored = scored[1:]
        elif fault is Fault.SPOILS:
            scored[0] = Scored(scored[0].id, None, error="this world spoils it")
        elif fault is Fault.NAN:
            scored = [Scored(one.id, math.nan) for one in scored]
        elif fault is Fault.OUTSIDE:
            scored = [Scored(one.id, self.model.high + 1) for one in scored]
        used = Usage(prompt_tokens=sum(len("".join(one.steps)) for one in scoring.trajectories))
        self.reported.append(used)
        return Scores(tuple(scored), used)

    def _scored(self, trajectory: Trajectory, aggregation: Aggregation) -> Scored:
        texts = ["".join(trajectory.steps[: upto + 1]) for upto in range(len(trajectory.steps))]
        known = trajectory.known_step_values
        values = (*known, *(self._judge(one) for one in texts[len(known) :]))
        return Scored(trajectory.id, _AGGREGATIONS[aggregation](values), values if self.model.process else ())


def _last(values: Sequence[float]) -> float:
    return values[-1]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


_AGGREGATIONS: dict[Aggregation, Callable[[Sequence[float]], float]] = {
    "default": _last,
    "model": _last,
    "last": _last,
    "min": min,
    "prod": math.prod,
    "mean": _mean,
}
