"""The corpus: an endless stream of tokenized conversations, each token with the weight of its loss."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tokenizers import Tokenizer

from its_recipe.noise import Noise
from its_recipe.problems import FAMILIES, LARGEST, SIGNS, Chain, Family, Operation, Problem, feasible, problems
from its_recipe.solution import STEP, Piece, manner, pieces
from its_recipe.vocabulary import END, START, SYSTEM

DRILLS = 0.12
"""The share of samples that only practise single equations."""
GREETED = 0.06
"""The share of samples that open with a system message."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One conversation: token ids and, for each, whether predicting it counts."""

    tokens: list[int]
    counts: list[bool]


@dataclass(slots=True)
class Corpus:
    """Draws samples; `noise` may be exchanged while it runs."""

    tokenizer: Tokenizer
    rng: Random
    noise: Noise
    masked: bool
    """Whether the tokens of an error don't count: a reference knows how to go on from errors, and never makes them."""
    families: tuple[Family, ...] = FAMILIES

    def samples(self) -> Iterator[Sample]:
        """Yield samples without end."""
        for problem in problems(self.rng, self.families):
            yield self._drill() if self.rng.random() < DRILLS else self._solved(problem)

    def _solved(self, problem: Problem) -> Sample:
        greeting = f"{START}system\n{SYSTEM}{END}\n" if self.rng.random() < GREETED else ""
        prompt = f"{greeting}{START}user\n{problem.text}{END}\n{START}assistant\n"
        equations = self.noise.equations(self.rng, problem.chain)
        return self._weighed(prompt, pieces(problem, equations, manner(self.rng)))

    def _drill(self) -> Sample:
        """Write ten single equations; only their results count, as nothing foretells the rest."""
        written = [piece for _ in range(10) for piece in self._practised()]
        return self._weighed(f"{START}user\nPractise.{END}\n{START}assistant\n", written)

    def _practised(self) -> list[Piece]:
        value, sign = self.rng.randint(1, LARGEST), self.rng.choice(SIGNS)
        operands = feasible(value)[sign]
        if not operands:
            return self._practised()
        chain = Chain(value, (Operation(sign, self.rng.choice(operands)),))
        worked = self.noise.equations(self.rng, chain)[0]
        unforeseen = Piece(f"{value}{worked.operation}=", slipped=True)
        return [unforeseen, Piece(f"{worked.result}", worked.slipped), Piece(f".{STEP}")]

    def _weighed(self, prompt: str, written: list[Piece]) -> Sample:
        tokens = self.tokenizer.encode(prompt).ids
        counts = [False] * len(tokens)
        for piece in [*written, Piece(END)]:
            ids = self.tokenizer.encode(piece.text).ids
            tokens += ids
            counts += [not (piece.slipped and self.masked)] * len(ids)
        return Sample(tokens, counts)
