"""Travel: people get on and off from stop to stop."""

from random import Random
from typing import ClassVar

from its_recipe.problems._chain import draw
from its_recipe.problems._problem import Problem, Story, length


class Travel(Story):
    """A journey; the stop opens the step."""

    name: ClassVar = "travel"

    def pose(self, rng: Random) -> Problem:
        """Draw a journey."""
        chain = draw(rng, length(rng))
        vehicle = rng.choice(VEHICLES)
        stops = rng.sample(STOPS, len(chain.operations))
        events = [
            f"At the {stop} {rng.choice(EVENTS[operation.sign]).format(n=operation.operand)}."
            for stop, operation in zip(stops, chain.operations, strict=True)
        ]
        opening = rng.choice(OPENINGS).format(vehicle=vehicle, start=chain.start)
        text = " ".join([opening, *events, rng.choice(ASKED).format(vehicle=vehicle)])
        return Problem(self.name, text, chain, tuple(f"At the {stop}" for stop in stops))


VEHICLES = ("bus", "train", "boat", "tram", "ferry")

STOPS = ("market", "school", "harbour", "museum", "park", "station", "zoo", "bridge", "theatre", "lake")

OPENINGS = ("A {vehicle} leaves with {start} people.", "There are {start} people on a {vehicle}.")

EVENTS = {
    "+": ("{n} people get on", "{n} more come on board"),
    "-": ("{n} people get off", "{n} of them leave"),
    "*": ("the number of people is multiplied by {n}", "there are {n} times as many people"),
    "/": ("one person in {n} stays", "the number of people is divided by {n}"),
}

ASKED = (
    "How many people are on the {vehicle} now?",
    "How many people does the {vehicle} carry in the end?",
)
