"""The tables of the model card, written between their marks in README.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from re import DOTALL, sub

from its_recipe.evaluation import Figure
from its_recipe.training import Plan


@dataclass(frozen=True, slots=True)
class Trained:
    """What training a model took."""

    plan: Plan
    parameters: int
    cpu_minutes: float


def training_table(trained: Sequence[Trained]) -> str:
    """Return the sizes and times of the models."""
    head = "| | parameters | width × layers | steps × batch | CPU minutes |\n|---|---|---|---|---|"
    return "\n".join([head, *map(_training_row, trained)])


def results_table(figures: Sequence[Figure]) -> str:
    """Return the measured figures with their 95 % intervals."""
    return "\n".join(["| | measured |\n|---|---|", *map(_result_row, figures)])


def write_table(card: Path, mark: str, table: str) -> None:
    """Replace what stands between `<!-- mark -->` and `<!-- /mark -->`."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    text = card.read_text(encoding="utf-8")
    card.write_text(
        sub(f"{begin}.*{end}", lambda _: f"{begin}\n{table}\n{end}", text, flags=DOTALL),
        encoding="utf-8",
    )


def _training_row(trained: Trained) -> str:
    plan, shape = trained.plan, trained.plan.shape
    sizes = f"{trained.parameters:,} | {shape.width} × {shape.layers}"
    steps = sum(stage.steps for stage in plan.stages)
    return f"| `{plan.name}` | {sizes} | {steps:,} × {plan.batch} | {trained.cpu_minutes:.0f} |"


def _result_row(figure: Figure) -> str:
    if "tokens" in figure.name:
        return f"| {figure.name}, per problem | {figure.value:.0f} |"
    if "AUC" in figure.name:
        return f"| {figure.name} | {figure.value:.3f} ± {figure.spread:.3f} |"
    return f"| {figure.name} | {100 * figure.value:.1f} % ± {100 * figure.spread:.1f} |"
