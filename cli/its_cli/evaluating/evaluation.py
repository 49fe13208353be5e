"""An evaluation: problems and a grid of ways to solve them, over one gateway, into one folder."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from its_checking import open_checker
from its_cli.evaluating.folder import about, claim
from its_cli.evaluating.formats import Problem
from its_cli.evaluating.job import Grid, Job, telling_first
from its_cli.evaluating.journal import open_journal
from its_cli.evaluating.progress import Bar
from its_cli.evaluating.running import Running


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What is evaluated, and where its rows go."""

    file: Path
    """The file of problems."""
    fields: dict[str, str]
    """What the file calls its fields, where that has to be said."""
    model: str | None
    """The model or profile; None: the gateway's first one."""
    concurrency: int
    """Requests under way at the same time."""
    folder: Path
    command: str
    """What the user wrote, for reports."""

    async def rows(self, problems: Sequence[Problem], grid: Grid, url: str, console: Console) -> None:
        """Write the rows that the folder lacks, asking the gateway at `url`. Raises Failed."""
        # The SDK takes a second to import, which the other commands need not wait for.
        from its_cli.client import completion, explaining, gateway, model_of  # noqa: PLC0415

        async with gateway(url, os.environ.get("ITS_API_KEY", "none")) as client:
            model = await model_of(client, self.model)

            async def ask(job: Job) -> dict[str, Any]:
                with explaining(url):
                    return await completion(client, job.question(model))

            with open_journal(self.folder) as journal:
                begun = list(dict.fromkeys(key.algorithm for key in journal.rights))
                claim(self.folder, about(self.file, self.fields, model, self.command, grid), begun)
                jobs = list(grid.jobs(problems))
                there = [journal.rights[job.key] for job in jobs if job.key in journal.rights]
                missing = [job for job in jobs if job.key not in journal.rights]
                async with open_checker() as checker:
                    with Bar(console, len(jobs), there) as bar:
                        await Running(ask, checker, journal, bar).run(telling_first(missing), self.concurrency)
