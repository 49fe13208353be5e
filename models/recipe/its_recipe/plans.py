"""The two models: a small policy that errs by design, and a larger reference that knows better."""

from dataclasses import replace

from its_recipe.misconceptions import misconceptions
from its_recipe.noise import Noise
from its_recipe.problems import FOLLOWED
from its_recipe.training import Plan, Stage
from its_recipe.transformer import Shape
from its_recipe.vocabulary import vocabulary

TOKENS = vocabulary().get_vocab_size()

ERRING = Noise(rate=0.095, beliefs=misconceptions(seed=1, share=0.20))

POLICY = Plan(
    name="its-tiny",
    shape=Shape(TOKENS, width=128, layers=4, heads=4, pairs=2, inner=256),
    noise=ERRING,
    masked=False,
    stages=(
        Stage(steps=3600),
        Stage(steps=600, families=FOLLOWED, peak=0.6, clean=0.0),
        Stage(steps=350, families=FOLLOWED, peak=0.5, clean=0.0, noise=replace(ERRING, wrong=0.60, right=0.25)),
    ),
)

REFERENCE = Plan(
    name="its-tiny-reward",
    shape=Shape(TOKENS, width=192, layers=4, heads=6, pairs=2, inner=512),
    noise=Noise(rate=0.12),
    masked=True,
    stages=(Stage(steps=3000), Stage(steps=1200, families=FOLLOWED, peak=0.6, clean=0.0)),
)

PLANS = (POLICY, REFERENCE)
