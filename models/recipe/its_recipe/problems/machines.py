"""Machines: boxes that each do one thing to a number, told in one order and used in another."""

from random import Random
from typing import ClassVar

from its_recipe.problems._chain import draw
from its_recipe.problems._problem import Problem, Story, length


class Machines(Story):
    """A number that goes through boxes; the box opens the step."""

    name: ClassVar = "machines"

    def pose(self, rng: Random) -> Problem:
        """Draw a row of boxes."""
        chain = draw(rng, length(rng))
        kind = rng.choice(KINDS)
        boxes = [f"{kind} {letter}" for letter in rng.sample("ABCDEFGHJK", len(chain.operations))]
        told = [
            f"{box} {rng.choice(EVENTS[operation.sign])} {operation.operand}."
            for box, operation in zip(boxes, chain.operations, strict=True)
        ]
        rng.shuffle(told)
        route = rng.choice(ROUTES).format(start=chain.start, order=", ".join(boxes))
        text = " ".join([*told, route, rng.choice(ASKED)])
        return Problem(self.name, text, chain, tuple(boxes))


KINDS = ("Box", "Gate", "Wheel")

EVENTS = {
    "+": ("adds", "puts on"),
    "-": ("takes away", "subtracts"),
    "*": ("multiplies by",),
    "/": ("divides by",),
}

ROUTES = (
    "The number {start} goes through {order}.",
    "Start with {start} and use {order}.",
)

ASKED = ("What comes out?", "What is the last number?")
