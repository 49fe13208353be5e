"""Shopping: a bill starts with so many things at a price, then grows, shrinks and is shared."""

from random import Random
from typing import ClassVar

from its_recipe.problems._chain import SIGNS, Chain, Operation, draw
from its_recipe.problems._names import NAMES, THINGS
from its_recipe.problems._problem import Problem, Story, length


class Shopping(Story):
    """A bill; the reason of a change opens the step."""

    name: ClassVar = "shopping"

    def pose(self, rng: Random) -> Problem:
        """Draw a bill of at most three changes of one kind, so that every reason is told once."""
        while True:
            chain = draw(rng, length(rng), first="*")
            signs = [operation.sign for operation in chain.operations[1:]]
            if all(signs.count(sign) <= len(REASONS[sign]) for sign in SIGNS):
                return self._bill(rng, chain.operations[0], chain, signs)

    def _bill(self, rng: Random, price: Operation, chain: Chain, signs: list[str]) -> Problem:
        things, name = rng.choice(THINGS), rng.choice(NAMES)
        left = {sign: rng.sample(REASONS[sign], len(REASONS[sign])) for sign in SIGNS}
        reasons = [left[sign].pop() for sign in signs]
        events = [
            f"The {reason} {rng.choice(EVENTS[operation.sign]).format(n=operation.operand)}."
            for reason, operation in zip(reasons, chain.operations[1:], strict=True)
        ]
        opening = f"Today {name} buys {chain.start} {things} at {price.operand} dollars each."
        text = " ".join([opening, *events, rng.choice(ASKED).format(name=name)])
        return Problem(self.name, text, chain, (f"The {things}", *(f"The {reason}" for reason in reasons)))


REASONS = {
    "+": ("delivery", "wrapping", "tip", "insurance"),
    "-": ("coupon", "discount", "voucher", "refund"),
    "*": ("exchange", "season", "festival"),
    "/": ("sharing", "sale", "lottery"),
}

EVENTS = {
    "+": ("adds {n} dollars", "costs {n} dollars more"),
    "-": ("takes off {n} dollars", "saves {n} dollars"),
    "*": ("multiplies the bill by {n}", "makes it {n} times as much"),
    "/": ("divides the bill by {n}", "leaves one part in {n}"),
}

ASKED = (
    "How many dollars does {name} pay?",
    "What does {name} pay in the end?",
    "How much is the bill now?",
)
