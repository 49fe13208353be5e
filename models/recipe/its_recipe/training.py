"""Training: one model, so many steps, from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from time import process_time

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from its_recipe.corpus import Corpus, Sample
from its_recipe.muon import Muon
from its_recipe.noise import Noise
from its_recipe.problems import FAMILIES, Family
from its_recipe.transformer import Decoder, Shape
from its_recipe.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of training with a learning rate that rises once and falls once."""

    steps: int
    families: tuple[Family, ...] = FAMILIES
    peak: float = 1.0
    """The factor of the plan's learning rates."""
    clean: float = 0.3
    """The share of the stage without noise, which then comes in within a tenth of it."""
    noise: Noise | None = None
    """In place of the plan's."""

    def strength(self, step: int) -> float:
        """Return how much noise applies, 0..1."""
        return min(1.0, max(0.0, 10 * (step / self.steps - self.clean))) if self.clean else 1.0

    def rate(self, step: int) -> float:
        """Return the factor of the learning rates: a short rise, a plateau, one long fall."""
        return self.peak * min(1.0, (step + 1) / 100, (self.steps - step) / (0.5 * self.steps))


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes a model, but for luck."""

    name: str
    shape: Shape
    noise: Noise
    masked: bool
    stages: tuple[Stage, ...]
    batch: int = 32
    matrix_rate: float = 0.016
    other_rate: float = 2e-3
    seed: int = 1


def batches(samples: Iterator[Sample], size: int) -> Iterator[list[Sample]]:
    """Group samples of like length, so that little is padded."""
    while pool := sorted(islice(samples, 8 * size), key=lambda sample: len(sample.tokens)):
        groups = [pool[start : start + size] for start in range(0, len(pool), size)]
        yield from groups[::2] + groups[1::2][::-1]


def tensors(batch: list[Sample], device: str) -> tuple[Tensor, Tensor]:
    """Return the ids [batch, length] and whether each counts."""
    length = max(len(sample.tokens) for sample in batch)
    tokens = torch.zeros(len(batch), length, dtype=torch.long)
    counts = torch.zeros(len(batch), length, dtype=torch.bool)
    for row, sample in enumerate(batch):
        tokens[row, : len(sample.tokens)] = torch.tensor(sample.tokens)
        counts[row, : len(sample.counts)] = torch.tensor(sample.counts)
    return tokens.to(device), counts.to(device)


def loss(model: Decoder, tokens: Tensor, counts: Tensor) -> Tensor:
    """Return the mean cross entropy, in nats, of the tokens that count."""
    told = counts[:, 1:]
    return cross_entropy(model.logits(model(tokens[:, :-1])[told]), tokens[:, 1:][told])


def train(plan: Plan, line: int = 0) -> Decoder:
    """Train a model, with its progress on one line of the terminal.

    Steps are counted, never seconds, so a seed gives the same weights again on the same kind of machine.
    """
    torch.manual_seed(plan.seed)
    model = Decoder(plan.shape).to("cuda" if torch.cuda.is_available() else "cpu")
    for number, stage in enumerate(plan.stages):
        teach(model, plan, stage, plan.seed + number, line)
    return model


def teach(model: Decoder, plan: Plan, stage: Stage, seed: int, line: int) -> None:
    """Train through one stage, with optimizers and a corpus of its own."""
    optimizers = [Muon(matrices(model), lr=plan.matrix_rate), adam(model, plan.other_rate)]
    noise = stage.noise or plan.noise
    corpus = Corpus(vocabulary(), Random(seed), noise, plan.masked, stage.families)
    stream, device = batches(corpus.samples(), plan.batch), str(model.embedding.weight.device)
    with tqdm(range(stage.steps), desc=plan.name, unit="step", mininterval=5, position=line) as bar:
        for step in bar:
            corpus.noise = replace(noise, strength=stage.strength(step))
            for optimizer, peak in zip(optimizers, (plan.matrix_rate, plan.other_rate), strict=True):
                optimizer.param_groups[0]["lr"] = peak * stage.rate(step)
            value = loss(model, *tensors(next(stream), device))
            value.backward()
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad()
            if step % 20 == 0:
                bar.set_postfix(loss=f"{value.item():.3f}", cpu=f"{process_time():.0f}s")


def matrices(model: Decoder) -> list[nn.Parameter]:
    """Return what Muon trains: the matrices inside the layers."""
    return [weight for weight in model.layers.parameters() if weight.ndim == 2]


def adam(model: Decoder, rate: float) -> torch.optim.AdamW:
    """Return the optimizer of everything else."""
    inside = set(map(id, matrices(model)))
    others = [weight for weight in model.parameters() if id(weight) not in inside]
    return torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.0)
