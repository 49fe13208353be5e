"""Needs: an algorithm that the services behind can't serve is refused before anything is spent."""

from its_orchestrator.algorithms import Algorithm, Need
from its_orchestrator.engines import GeneratorModel, RewardModel
from its_orchestrator.registry import algorithms
from its_runtime.errors import Unsupported

REWARDS = frozenset({Need.REWARD, Need.PROCESS_REWARD})


def rewarded(kind: type[Algorithm]) -> bool:
    """Tell whether the algorithm asks a reward model."""
    return bool(kind.needs & REWARDS)


def check(algorithm: Algorithm, model: GeneratorModel, reward: RewardModel | None) -> None:
    """Raise Unsupported, naming what is missing and what would work, unless the models serve the algorithm."""
    kind = type(algorithm)
    missing = _unmet(algorithm.required, model, reward)
    if missing:
        served = [one.name for one in algorithms() if not unmet(one, model, reward)]
        raise Unsupported(
            f"algorithm {kind.name!r} needs {' and '.join(need.value for need in missing)}, which generator model "
            f"{model.identity.name!r}{_with(reward)} is not; with these, {', '.join(served) or 'nothing'} would work"
        )


def usable(reward: RewardModel, model: GeneratorModel) -> None:
    """Raise Unsupported, with the reason, unless requests can be scored by this reward model."""
    same = reward.identity.tokenizer_fingerprint == model.identity.tokenizer_fingerprint
    if reward.needs_reference_answer:
        raise Unsupported(
            f"reward model {reward.identity.name!r} compares with a right answer, which a question doesn't carry; "
            "choose another reward_model"
        )
    if not reward.accepts_text and not (reward.accepts_tokens and same):
        raise Unsupported(
            f"reward model {reward.identity.name!r} reads only its own token ids, and generator model "
            f"{model.identity.name!r} has another tokenizer; choose another reward_model"
        )


def unmet(kind: type[Algorithm], model: GeneratorModel, reward: RewardModel | None) -> list[Need]:
    """Return what the algorithm needs and the models don't give."""
    return _unmet(kind.needs, model, reward)


def tempered(algorithm: Algorithm, model: GeneratorModel, temperature: float | None) -> None:
    """Raise Unsupported unless the generator evaluates at the temperature at which an algorithm samples."""
    asks = Need.EVALUATION in algorithm.required
    if asks and model.evaluates and temperature not in {None, 1.0} and not model.evaluates_tempered:
        raise Unsupported(
            f"algorithm {algorithm.name!r} with these parameters asks how probable given tokens are, which generator "
            f"model {model.identity.name!r} tells at temperature 1 only; ask for sampling.temperature 1"
        )


def _unmet(needed: frozenset[Need], model: GeneratorModel, reward: RewardModel | None) -> list[Need]:
    given = {
        Need.REWARD: reward is not None,
        Need.PROCESS_REWARD: reward is not None and reward.scores_partial,
        Need.PREFIX: model.continues_prefix,
        Need.LOGPROBS: model.max_top_logprobs is not None,
        Need.JUDGE: False,
        Need.EVALUATION: model.evaluates and model.token_ids,
    }
    return [need for need in Need if need in needed and not given[need]]


def _with(reward: RewardModel | None) -> str:
    return f" with reward model {reward.identity.name!r}" if reward else ""
