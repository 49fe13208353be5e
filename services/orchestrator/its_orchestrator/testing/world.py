"""A world: a scripted generator and a scripted reward service, small enough to know what must come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from its_orchestrator.algorithms import Algorithm
from its_orchestrator.budget import Budget
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.engines import GeneratorModel, Identity, RewardModel
from its_orchestrator.events import Answer, Event
from its_orchestrator.form import Form
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.running.order import Order
from its_orchestrator.running.run import Engines, Run
from its_orchestrator.sampling import UNSAID, Sampling
from its_orchestrator.testing.faults import ENDLESS, Fault
from its_orchestrator.testing.language import Language
from its_orchestrator.testing.toy_generator import Confidence, Reply, ToyGenerator
from its_orchestrator.testing.toy_reward import Judge, ToyReward

MODEL = GeneratorModel(Identity("toy", "1", "code points"), max_top_logprobs=5, evaluates=True, evaluates_tempered=True)
REWARD_MODEL = RewardModel(Identity("toy-reward", "1", "code points"), accepts_tokens=True)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to."""

    answer: Answer
    events: Sequence[Event]

    @property
    def text(self) -> str:
        """The answer's text."""
        return self.answer.chosen.text

    def of(self, kind: type) -> list[Event]:
        """Return the events of one kind."""
        return [event for event in self.events if isinstance(event.kind, kind)]


class World:
    """Says `answers` with chances in proportion to `weights`, conditional on the prefix.

    With `in_order` it says them one after another. `judge` scores a text so far, from 0 to 1. `confidence` is
    the generator's in a token. `reply` is what it says to prompts that aren't the question, such as those of
    algorithms that ask for a verdict; None for one of `answers`. `faults` and `reward_faults` tell which calls,
    by number from 0, go wrong.
    """

    def __init__(
        self,
        answers: Sequence[str],
        *,
        weights: Sequence[float] | None = None,
        in_order: bool = False,
        judge: Judge = lambda _: 0.5,
        confidence: Confidence = lambda _: 1.0,
        reply: Reply = lambda _: None,
        faults: Mapping[int, Fault] | None = None,
        reward_faults: Mapping[int, Fault] | None = None,
        model: GeneratorModel = MODEL,
        reward_model: RewardModel = REWARD_MODEL,
        sampling: Sampling = UNSAID,
    ) -> None:
        self.generator = ToyGenerator(Language(answers, weights, in_order), model, faults or {}, confidence, reply)
        self.reward = ToyReward(judge, reward_model, reward_faults or {})
        wrong = {*(faults or {}).values(), *(reward_faults or {}).values()}
        self.stalls = not wrong.isdisjoint(ENDLESS)
        """Whether there is a call that doesn't end by itself."""
        self.sampling = sampling
        """What every order says of how tokens are drawn, where it doesn't say itself."""
        self.events: Sequence[Event] = ()
        """Those of the last run, also when it failed."""

    @property
    def engines(self) -> Engines:
        """Its services, as a run takes them."""
        return Engines(self.generator, self.reward, MathEquivalence())

    @property
    def quiet(self) -> bool:
        """Whether no call is running."""
        return not self.generator.running and not self.reward.running

    def order(
        self,
        algorithm: Algorithm,
        samples: int = 8,
        *,
        seed: int = 0,
        tokens: int | None = None,
        seconds: float | None = None,
        sampling: Sampling | None = None,
        prompt: str = "?",
        form: Form | None = None,
        streams: bool = False,
    ) -> Order:
        """Return an order for this world, whose generator enforces no form."""
        return Order(
            request_id="world",
            prompt=prompt,
            algorithm=algorithm,
            samples=samples,
            model=self.generator.model,
            seed=seed,
            budget=Budget(samples=samples, tokens=tokens, seconds=seconds),
            sampling=(sampling or self.sampling).over(Sampling(temperature=algorithm.worker.temperature)),
            reward_model=self.reward.model
            if (algorithm.worker.needs or algorithm.worker.welcomes_reward) and samples > 1
            else None,
            form=form,
            streams=streams,
        )

    async def run(self, order: Order) -> Result:
        """Run an order, as the service would. Raises what the run raises."""
        recorder = Recorder("world", frozenset())
        try:
            return Result(await Run(order, self.engines, recorder).answer(), recorder.events)
        finally:
            self.events = tuple(recorder.events)

    async def solve(
        self,
        algorithm: Algorithm,
        samples: int = 8,
        *,
        seed: int = 0,
        tokens: int | None = None,
        seconds: float | None = None,
    ) -> Result:
        """Run `algorithm` with a budget."""
        return await self.run(self.order(algorithm, samples, seed=seed, tokens=tokens, seconds=seconds))
