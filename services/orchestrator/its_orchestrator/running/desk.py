"""The desk: turns what was asked into an order, or refuses it before anything is spent."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from its_orchestrator import registry, seeds
from its_orchestrator.algorithms import Algorithm, Rewarded
from its_orchestrator.budget import NO_LIMIT, Budget
from its_orchestrator.engines import Generator, GeneratorModel, Identity, Reward, RewardModel
from its_orchestrator.form import Form
from its_orchestrator.profiles import SAMPLES, Profile, Profiles
from its_orchestrator.prompt import Prompt
from its_orchestrator.running import needs
from its_orchestrator.running.order import Order
from its_orchestrator.sampling import UNSAID, Sampling
from its_runtime.errors import InvalidRequest, ItsError, NotFound, Violation

Model = TypeVar("Model", GeneratorModel, RewardModel)
SOON = 1.0
"""Seconds that a listing waits for what it can do without."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request says; what is empty comes from its profile."""

    request_id: str
    prompt: Prompt
    model: str = ""
    """A profile, a model, or either with `:<algorithm>`."""
    algorithm: str = ""
    parameters: dict[str, Any] | None = None
    budget: Budget = NO_LIMIT
    sampling: Sampling = UNSAID
    reward_model: str = ""
    structured_output: object = None
    form: Form | None = None
    logprobs: int | None = None
    texts: bool = False
    seconds: float | None = None
    streams: bool = False
    tenant: str = ""
    priority: int = 1
    charged: bool = False


@dataclass(frozen=True, slots=True)
class Defaults:
    """Names of the models that serve where a profile names none."""

    model: str
    reward_model: str


class Desk:
    """Knows the profiles and what the services can do."""

    def __init__(self, profiles: Profiles, generator: Generator, reward: Reward) -> None:
        self._profiles = profiles
        self._generator = generator
        self._reward = reward

    async def order(self, ask: Ask) -> Order:
        """Return the order. Raises InvalidRequest, NotFound, Unsupported or Unavailable naming what is wrong."""
        models = await self._generator.models()
        profile = self._profiles.find(ask.model, models)
        algorithm = self.algorithm(profile, ask.algorithm, ask.parameters)
        model = named(models, profile.model, "generator")
        budget = ask.budget.over(profile.budget)
        samples = budget.samples or SAMPLES
        sampling = ask.sampling.over(profile.sampling).over(Sampling(temperature=algorithm.worker.temperature))
        if samples > 1:
            needs.tempered(algorithm.worker, model, sampling.temperature)
        return Order(
            request_id=ask.request_id,
            prompt=ask.prompt,
            algorithm=algorithm,
            samples=samples,
            model=model,
            seed=seeds.draw() if sampling.seed is None else sampling.seed,
            budget=budget.over(Budget(samples=samples)),
            sampling=sampling,
            reward_model=await self._reward_model(algorithm, model, samples, ask.reward_model or profile.reward_model),
            structured_output=ask.structured_output if _enforces(model, ask.form) else None,
            form=ask.form.checked() if ask.form else None,
            logprobs=ask.logprobs,
            texts=ask.texts,
            seconds=ask.seconds,
            streams=ask.streams,
            tenant=ask.tenant,
            priority=ask.priority,
            charged=ask.charged,
        )

    async def listing(self) -> dict[str, Profile]:
        """Return every profile by name, the default one first."""
        return self._profiles.listing(await self._generator.models())

    async def defaults(self) -> Defaults:
        """Return the models that serve where a profile names none; empty for one that isn't known soon."""
        return Defaults(*await asyncio.gather(_first(self._generator.models()), _first(self._reward.models())))

    @property
    def keeps_profiles(self) -> bool:
        """Whether profiles that are made outlive the process."""
        return self._profiles.kept

    async def configure(self, name: str, profile: Profile, *, default: bool = False) -> list[Identity]:
        """Create or replace a profile, if it can be run, and return the models that serve it."""
        algorithm = self.algorithm(profile, "", None)
        model = named(await self._generator.models(), profile.model, "generator")
        reward = await self._reward_model(algorithm, model, profile.budget.samples or SAMPLES, profile.reward_model)
        if reward is None and profile.reward_model:
            reward = named(await self._reward.models(), profile.reward_model, "reward")
        self._profiles.configure(name, profile, default=default)
        return [one.identity for one in (model, reward) if one]

    def algorithm(self, profile: Profile, name: str, parameters: dict[str, Any] | None) -> Algorithm:
        """Return the algorithm `name`, or the profile's, with `parameters` over the profile's."""
        kind = registry.algorithm(name or profile.algorithm)
        base = profile.parameters if kind.name == profile.algorithm else {}
        try:
            return kind.model_validate({**base, **(parameters or {})})
        except ValidationError as error:
            raise _refused(kind, error) from error

    async def _reward_model(
        self, algorithm: Algorithm, model: GeneratorModel, samples: int, name: str
    ) -> RewardModel | None:
        algorithm = algorithm.worker
        kind = type(algorithm)
        if samples == 1:
            return None  # one sample needs no judge
        reward = named(await self._reward.models(), name, "reward") if needs.rewarded(kind) else None
        needs.check(algorithm, model, reward)
        if reward:
            needs.usable(reward, model)
        if kind.welcomes_reward:
            return await self._welcome(model, name)
        if isinstance(algorithm, Rewarded) and reward:
            _check_aggregation(algorithm, reward)
        return reward

    async def _welcome(self, model: GeneratorModel, name: str) -> RewardModel | None:
        """Return the reward model that there is; none where there is none to be had, unless it was asked for."""
        try:
            reward = named(await self._reward.models(), name, "reward")
            needs.usable(reward, model)
        except ItsError:
            if name:
                raise
            return None
        return reward


def named(models: Sequence[Model], name: str, service: str) -> Model:
    """Return the model called `name`, or the first one when the name is empty."""
    if not models:
        raise NotFound(f"the {service} service serves no model; configure one in the section `{service}` of its.yaml")
    found = next((one for one in models if not name or one.identity.name == name), None)
    if found is None:
        served = ", ".join(one.identity.name for one in models)
        message = f"the {service} service serves no model called {name!r}; it serves {served}"
        raise NotFound(message, violations=[Violation("reward_model", message)] if service == "reward" else ())
    return found


def _enforces(model: GeneratorModel, form: Form | None) -> bool:
    """Tell whether the engine is to enforce the form; what only an engine can check, it has to refuse by itself."""
    return form is not None and (form.kind in model.structured_outputs or form.kind == "grammar")


async def _first(models: Coroutine[Any, Any, Sequence[Model]]) -> str:
    try:
        return next(one.identity.name for one in await asyncio.wait_for(models, SOON))
    except (ItsError, TimeoutError, StopIteration):
        return ""


def _check_aggregation(algorithm: Rewarded, reward: RewardModel) -> None:
    asked = algorithm.aggregation
    wanted = asked != "default" and "aggregation" in algorithm.model_fields_set
    if wanted and reward.aggregations and asked not in reward.aggregations:
        raise InvalidRequest.field(
            "parameters.aggregation",
            f"reward model {reward.identity.name!r} can't aggregate by {asked!r}; "
            f"it can by {', '.join(reward.aggregations)}, or leave it out",
        )


def _refused(kind: type[Algorithm], error: ValidationError) -> InvalidRequest:
    known = f"{kind.name} has {', '.join(kind.model_fields)}"
    violations = [
        Violation(
            ".".join(("parameters", *map(str, one["loc"]))),
            f"no such parameter; {known}" if one["type"] == "extra_forbidden" else one["msg"],
        )
        for one in error.errors()
    ]
    return InvalidRequest("; ".join(f"{one.field}: {one.message}" for one in violations), violations=violations)
