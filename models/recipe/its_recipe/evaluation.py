"""Evaluation: what the policy reaches alone, by voting, and by searching with the reference as its reward."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from re import findall

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from its_models import HeldoutProblem
from its_recipe.sampler import Sampler
from its_recipe.solution import STEP

SAMPLES = 16
PARTICLES = 4


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over problems."""

    name: str
    value: float
    spread: float
    """Half the width of the 95 % interval."""


def figure(name: str, values: Sequence[float] | NDArray[np.float64]) -> Figure:
    """Average one value per problem; the interval is normal."""
    array = np.asarray(values, dtype=float)
    return Figure(name, float(array.mean()), float(1.96 * array.std() / len(array) ** 0.5))


def boxed(text: str) -> str:
    """Return the last boxed number, or nothing."""
    return (findall(r"\\boxed\{(\d+)\}", text) or [""])[-1]


def measure(policy: Sampler, reference: Sampler, held: Sequence[HeldoutProblem], seed: int = 1) -> list[Figure]:
    """Measure both models on held-out problems."""
    rng = np.random.default_rng(seed)
    with tqdm(total=5, desc="evaluation", unit="stage") as bar:
        alone = [figure("greedy, policy", _greedy(policy, held))]
        bar.update()
        alone.append(figure("greedy, reference", _greedy(reference, held)))
        bar.update()
        prompts = [policy.prompt(problem.problem) for problem in held for _ in range(SAMPLES)]
        ways = policy.continued(prompts, rng)
        bar.update()
        rewards = np.array([_reward(ratio) for ratio in reference.ratios(prompts, ways)]).reshape(len(held), SAMPLES)
        bar.update()
        answers = np.array([boxed(policy.text(way)) for way in ways]).reshape(len(held), SAMPLES)
        right = answers == np.array([problem.answer for problem in held])[:, None]
        sampled = _sampled(answers, right, rewards, [problem.answer for problem in held])
        tokens = PARTICLES * sum(map(len, ways)) / len(ways)
        filtered, spent = particle_filtering(policy, reference, held, rng)
        bar.update()
    return [
        *alone,
        *sampled,
        figure(f"particle filtering, {PARTICLES} particles", filtered),
        Figure(f"tokens of best of {PARTICLES}", tokens, 0.0),
        Figure("tokens of particle filtering", spent, 0.0),
    ]


def auc(good: NDArray[np.float64], bad: NDArray[np.float64]) -> float:
    """Return how often a right solution scores above a wrong one of the same problem; a tie is half."""
    above = good[:, None] - bad[None, :]
    return float((above > 0).mean() + 0.5 * (above == 0).mean())


def particle_filtering(
    policy: Sampler, reference: Sampler, held: Sequence[HeldoutProblem], rng: np.random.Generator
) -> tuple[list[float], float]:
    """Filter step by step; return whether each problem's best particle is right, and the tokens spent on one problem.

    Puri et al. 2025, "Rollout Roulette: A Probabilistic Inference Approach to Inference-Time Scaling of LLMs using
    Particle-Based Monte Carlo Methods", section 3. https://arxiv.org/abs/2502.01618
    """
    prompts = [policy.prompt(problem.problem) for problem in held for _ in range(PARTICLES)]
    ways, scores, spent = [list[int]() for _ in prompts], np.ones(len(prompts)), 0
    break_, ended = policy.tokenizer.encode(STEP).ids[0], np.zeros(len(prompts), bool)
    while not ended.all():
        going = np.flatnonzero(~ended)
        steps = policy.continued([prompts[row] + ways[row] for row in going], rng, stop=break_)
        spent += sum(map(len, steps))
        for row, step in zip(going, steps, strict=True):
            ways[row] = ways[row] + step
        ratios = reference.ratios([prompts[row] for row in going], [ways[row] for row in going])
        scores[going] = [_reward(ratio) for ratio in ratios]
        if all(way[-1] != break_ for way in ways):
            break
        ways, scores = _resampled(ways, scores, rng)
        ended = np.array([way[-1] != break_ for way in ways])
    best = scores.reshape(-1, PARTICLES).argmax(axis=1) + PARTICLES * np.arange(len(held))
    right = [boxed(policy.text(ways[row])) == problem.answer for row, problem in zip(best, held, strict=True)]
    return [float(hit) for hit in right], spent / len(held)


def _resampled(
    ways: list[list[int]], scores: NDArray[np.float64], rng: np.random.Generator
) -> tuple[list[list[int]], NDArray[np.float64]]:
    """Draw the particles of each problem anew, systematically, in proportion to their scores."""
    kept = list[int]()
    for first in range(0, len(ways), PARTICLES):
        shares = np.cumsum(scores[first : first + PARTICLES]) / scores[first : first + PARTICLES].sum()
        points = (rng.random() + np.arange(PARTICLES)) / PARTICLES
        kept += [first + int(row) for row in np.minimum(np.searchsorted(shares, points), PARTICLES - 1)]
    return [ways[row] for row in kept], scores[kept]


def _greedy(model: Sampler, held: Sequence[HeldoutProblem]) -> list[float]:
    ways = model.continued([model.prompt(problem.problem) for problem in held], None)
    return [float(boxed(model.text(way)) == problem.answer) for way, problem in zip(ways, held, strict=True)]


def _reward(ratio: NDArray[np.float32]) -> float:
    """Return the likelihood of the worst token against the likeliest, 0..1."""
    return float(np.exp(ratio.min()))


def _sampled(
    answers: NDArray[np.str_], right: NDArray[np.bool_], rewards: NDArray[np.float64], wanted: list[str]
) -> list[Figure]:
    votes = [Counter(filter(None, row)).most_common(1) for row in answers]
    mixed = [row for row in range(len(right)) if 0 < right[row].sum() < SAMPLES]
    fours, hits = rewards.reshape(len(right), -1, 4).argmax(axis=-1), right.reshape(len(right), -1, 4)
    best_of_4 = np.take_along_axis(hits, fours[..., None], axis=-1).mean(axis=(1, 2))
    best_of_16 = right[np.arange(len(right)), rewards.argmax(axis=1)]
    return [
        figure("pass@1 at T=1", right.mean(axis=1)),
        figure("pass@16", right.any(axis=1)),
        figure(
            "majority of 16", [bool(vote) and vote[0][0] == answer for vote, answer in zip(votes, wanted, strict=True)]
        ),
        figure("best of 4", best_of_4),
        figure("best of 16", best_of_16),
        figure("AUC within a problem", [auc(rewards[row][right[row]], rewards[row][~right[row]]) for row in mixed]),
    ]
