"""`its eval`: algorithms and budgets over a file of problems, one row each."""

import asyncio
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from its_cli.evaluating.evaluation import Evaluation
from its_cli.evaluating.formats import Problem, mapping, problems
from its_cli.evaluating.job import Grid
from its_cli.evaluating.settings import Assigned, Settings
from its_cli.exits import REFUSED, Failed, explained
from its_cli.reached import reached

File = Annotated[Path, typer.Argument(help="Problems, one JSON object a line.", exists=True, dir_okay=False)]
Algorithms = Annotated[str, typer.Option("--algorithm", help="Algorithms, with commas between.")]
Budgets = Annotated[str, typer.Option("--budget", help="Budgets of samples, with commas between.")]
Model = Annotated[str | None, typer.Option(help="A model or a profile; default: the gateway's first.")]
Repeats = Annotated[int, typer.Option(min=1, help="How often each is run, with seeds that follow one another.")]
Seed = Annotated[int, typer.Option(min=0, help="The first seed.")]
Concurrency = Annotated[int, typer.Option(min=1, max=1000, help="Requests under way at the same time.")]
Url = Annotated[str | None, typer.Option(help="A running gateway; default: this machine's, or a new one.")]
Out = Annotated[
    Path | None, typer.Option(help="Folder of the rows; default: evals/<name of the file>.", file_okay=False)
]
Field = Annotated[list[str] | None, typer.Option(help="What the file calls problem, answer or id: problem=query.")]
Temperature = Annotated[float | None, typer.Option(help="Divides the logits; 0 is greedy. Default: the algorithm's.")]
TopP = Annotated[float | None, typer.Option(help="Draw from the smallest set of tokens with this mass.")]
MaxTokens = Annotated[int | None, typer.Option(min=1, help="Most tokens of one candidate.")]
System = Annotated[
    str | None, typer.Option(help="The message before each question, such as: put your answer in a box.")
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="An algorithm's parameter: beam-search.beam_width=8, or NAME=VALUE for all of them."),
]
Config = Annotated[Path | None, typer.Option(help="its.yaml of this machine's services.", dir_okay=False)]


def evaluate(
    file: File,
    *,
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
    """Solve a file of problems with every algorithm at every budget; `its report` makes tables and curves of it.

    MATH-500, AIME, GSM8K, HMMT and files with problem (question, query, prompt) and answer (ground_truth, gold) are
    read as they are. Interrupted, however it was, the same command goes on where it stopped; more algorithms,
    budgets and repeats are added to what is there. ITS_API_KEY is sent as the key.

    Exit status: 0 all rows are there; 1 a service failed; 2 refused; 69 nothing answers at the URL; 78 the
    configuration can't be used; 130 interrupted.
    """
    with explained():
        fields = mapping(field or [])
        settings = Settings(temperature=temperature, top_p=top_p, max_tokens=max_tokens, system=system)
        asked = grid(algorithm, budget, range(seed, seed + repeats), settings, set_ or [])
        folder = out or Path("evals") / file.stem
        evaluation = Evaluation(file, fields, model, concurrency, folder, command())
        asyncio.run(_evaluate(evaluation, problems(file, fields), asked, url, config))


def grid(algorithm: str, budget: str, seeds: Iterable[int], settings: Settings, pairs: Sequence[str]) -> Grid:
    """Return what the options ask for. Raises Failed for what can't be asked."""
    algorithms = names(algorithm)
    parameters = Assigned(pairs, algorithms).by_algorithm
    return Grid(algorithms, numbers(budget), tuple(seeds), settings, parameters)


def names(text: str) -> tuple[str, ...]:
    """Return the names that stand between commas, each once."""
    found = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not found:
        raise Failed("--algorithm: name one at least; `its algorithms` lists them", REFUSED)
    return found


def numbers(text: str) -> tuple[int, ...]:
    """Return the budgets that stand between commas, each once, the smallest first."""
    try:
        found = sorted({int(one) for one in text.split(",")})
    except ValueError as error:
        raise Failed(f"--budget {text}: whole numbers with commas between, such as 1,4,16", REFUSED) from error
    if found[0] < 1 or found[-1] > LARGEST:
        raise Failed(f"--budget {text}: each is 1 to {LARGEST}", REFUSED)
    return tuple(found)


def command() -> str:
    """Return what the user wrote."""
    return shlex.join(["its", *sys.argv[1:]])


async def _evaluate(
    evaluation: Evaluation, asked: list[Problem], grid: Grid, url: str | None, config: Path | None
) -> None:
    console = Console(stderr=True, highlight=False)
    async with reached(url, config, console) as gateway:
        await gateway.do(evaluation.rows(asked, grid, gateway.url, console))
    console.print(f"the rows are in {evaluation.folder}; `its report {evaluation.folder}` makes tables and curves")


LARGEST = 1000
