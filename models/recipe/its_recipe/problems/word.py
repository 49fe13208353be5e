"""Word problems: somebody's belongings grow and shrink from day to day."""

from random import Random
from typing import ClassVar

from its_recipe.problems._chain import draw
from its_recipe.problems._names import NAMES, THINGS
from its_recipe.problems._problem import Problem, Story, length


class Word(Story):
    """A week in somebody's life; the day opens the step."""

    name: ClassVar = "word"

    def pose(self, rng: Random) -> Problem:
        """Draw a week."""
        chain = draw(rng, length(rng))
        words = {"name": rng.choice(NAMES), "things": rng.choice(THINGS)}
        first = rng.randrange(len(DAYS))
        days = [DAYS[(first + number) % len(DAYS)] for number in range(len(chain.operations))]
        events = [
            f"On {day} {rng.choice(EVENTS[operation.sign]).format(n=operation.operand, **words)}."
            for day, operation in zip(days, chain.operations, strict=True)
        ]
        opening = f"At first {words['name']} has {chain.start} {words['things']}."
        text = " ".join([opening, *events, rng.choice(ASKED).format(**words)])
        return Problem(self.name, text, chain, tuple(f"On {day}" for day in days))


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

EVENTS = {
    "+": ("{name} finds {n} more", "a friend brings {n} {things}", "{name} buys another {n}"),
    "-": ("{name} loses {n}", "{name} gives away {n} {things}", "{n} of the {things} are sold"),
    "*": ("{name} has {n} times as many", "the number of {things} is multiplied by {n}"),
    "/": ("{name} keeps one part in {n}", "the {things} are shared equally among {n} people"),
}

ASKED = (
    "How many {things} does {name} have in the end?",
    "How many {things} are there now?",
    "What number of {things} is left with {name}?",
)
