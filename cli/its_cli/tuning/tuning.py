"""A tuning: every way is tried on one half of the problems, and what is chosen there is judged by the other."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer
import yaml
from rich.console import Console
from rich.text import Text

from its_cli.evaluating.evaluation import Evaluation
from its_cli.evaluating.folder import told
from its_cli.evaluating.formats import Problem
from its_cli.evaluating.job import Grid
from its_cli.evaluating.journal import rows
from its_cli.reached import Reached, reached
from its_cli.reporting.results import Way
from its_cli.tuning.trial import Aim, Trial, trials


@dataclass(frozen=True, slots=True)
class Tuning:
    """A choice on one half of the problems, and its judgement by the other."""

    evaluation: Evaluation
    aim: Aim
    grid: Grid
    chosen_on: list[Problem]
    judged_by: list[Problem]

    async def run(self, url: str | None, config: Path | None) -> None:
        """Try, choose, judge and print."""
        console = Console(stderr=True, highlight=False)
        async with reached(url, config, console) as gateway:
            tried = await self._tried(gateway, self.grid, self.chosen_on, console)
            for trial in tried:
                console.print(str(trial), style="dim", soft_wrap=True)
            best = self.aim.best(tried).way
            only = replace(self.grid, algorithms=(best.algorithm,), budgets=(best.budget,))
            (judged,) = await self._tried(gateway, only, self.judged_by, console)
        self._tell(judged, console)
        typer.echo(self._profile(judged), nl=False)

    async def _tried(self, gateway: Reached, grid: Grid, asked: list[Problem], console: Console) -> list[Trial]:
        await gateway.do(self.evaluation.rows(asked, grid, gateway.url, console))
        ways = [Way(algorithm, budget) for algorithm in grid.algorithms for budget in grid.budgets]
        return trials(rows(self.evaluation.folder), asked, grid.seeds, ways)

    def _tell(self, judged: Trial, console: Console) -> None:
        console.print(Text(f"on problems that nothing was chosen by, {judged}", "bold"), soft_wrap=True)
        if not self.aim.met(judged):
            told = "there it misses the aim: what was chosen looked better than it is. Try more problems or repeats"
            console.print(Text(told, "yellow"), soft_wrap=True)

    def _profile(self, judged: Trial) -> str:
        model = next(rows(self.evaluation.folder)).model
        way = judged.way
        profile: dict[str, Any] = {"model": model, "algorithm": way.algorithm, "budget": {"samples": way.budget}}
        if parameters := self.grid.parameters.get(way.algorithm):
            profile["parameters"] = dict(parameters)
        if sampling := self.grid.settings.sampling:
            profile["sampling"] = sampling
        written = yaml.safe_dump({"orchestrator": {"profiles": {"tuned": profile}}}, sort_keys=False)
        return "".join(f"# {line}\n" for line in self._comment(judged, model)) + written

    def _comment(self, judged: Trial, model: str) -> list[str]:
        """Return the lines above the profile: where it comes from, and what it can't say or doesn't repeat."""
        lines = [self.evaluation.command, f"held out: {judged}"]
        if system := self.grid.settings.system:
            lines.append(f"before each question stood: {system}")
        if (asked := told(self.evaluation.folder).model) != model:
            lines.append(f"asked as {asked}: what that profile says of sampling, parameters and reward model goes here")
        return "\n".join(lines).splitlines()
