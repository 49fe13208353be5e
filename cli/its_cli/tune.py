"""`its tune`: an algorithm and a budget for an aim, as a profile for its.yaml."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from its_cli.evaluate import (
    Algorithms,
    Budgets,
    Concurrency,
    Config,
    Field,
    File,
    MaxTokens,
    Model,
    Out,
    Repeats,
    Seed,
    Set,
    System,
    Temperature,
    TopP,
    Url,
    command,
    grid,
)
from its_cli.evaluating.evaluation import Evaluation
from its_cli.evaluating.formats import mapping, problems
from its_cli.evaluating.settings import Settings
from its_cli.exits import REFUSED, Failed, explained

Tokens = Annotated[float | None, typer.Option(min=1, help="The most accurate that generates no more for a problem.")]
Accuracy = Annotated[float | None, typer.Option(min=0, max=100, help="The cheapest that answers so many % rightly.")]


def tune(
    file: File,
    *,
    tokens: Tokens = None,
    accuracy: Accuracy = None,
    algorithm: Algorithms = "self-consistency,best-of-n,particle-filtering",
    budget: Budgets = "1,4,16,64",
    model: Model = None,
    temperature: Temperature = None,
    top_p: TopP = None,
    max_tokens: MaxTokens = None,
    system: System = None,
    set_: Set = None,
    repeats: Repeats = 1,
    seed: Seed = 1,
    concurrency: Concurrency = 4,
    url: Url = None,
    out: Out = None,
    field: Field = None,
    config: Config = None,
) -> None:
    """Choose algorithm and budget for an aim, --tokens or --accuracy, and print a profile for its.yaml.

    Everything is tried on one half of the problems; what is chosen there is judged on the other half, which nothing
    was chosen by. Rows are kept as `its eval` keeps them: what is there already is not asked again.

    Exit status: 0 chosen; 1 a service failed; 2 refused, or nothing that was tried serves the aim; 69 nothing
    answers at the URL; 78 the configuration can't be used; 130 interrupted.
    """
    with explained():
        # numpy takes a moment to load, which other commands needn't wait for.
        from its_cli.tuning.trial import Aim, halves  # noqa: PLC0415
        from its_cli.tuning.tuning import Tuning  # noqa: PLC0415

        if (tokens is None) == (accuracy is None):
            raise Failed("name one aim: --tokens N for the most accurate, --accuracy N for the cheapest", REFUSED)
        fields = mapping(field or [])
        settings = Settings(temperature=temperature, top_p=top_p, max_tokens=max_tokens, system=system)
        asked = grid(algorithm, budget, range(seed, seed + repeats), settings, set_ or [])
        evaluation = Evaluation(file, fields, model, concurrency, out or Path("evals") / file.stem, command())
        aim = Aim(tokens, None if accuracy is None else accuracy / 100)
        tuning = Tuning(evaluation, aim, asked, *halves(problems(file, fields), seed))
        asyncio.run(tuning.run(url, config))
