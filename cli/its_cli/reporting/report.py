"""A report: everything that the rows of a folder say, written beside them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from its_cli.evaluating.folder import About, told
from its_cli.evaluating.journal import rows
from its_cli.exits import REFUSED, Failed
from its_cli.reporting.chart import chart
from its_cli.reporting.curves import curves
from its_cli.reporting.figures import figures
from its_cli.reporting.page import page
from its_cli.reporting.results import Results
from its_cli.reporting.table import Table
from its_cli.reporting.tables import chosen, measured


@dataclass(frozen=True, slots=True)
class Report:
    """Tables and charts of an evaluation."""

    title: str
    source: str
    """How the figures came about."""
    tables: Sequence[Table]
    charts: dict[str, str]
    """SVG documents, by name."""

    def write(self, folder: Path) -> list[Path]:
        """Write report.md, report.html and the charts, and return where they are."""
        files = {f"{name}.svg": svg for name, svg in self.charts.items()}
        files["report.md"] = self.markdown()
        files["report.html"] = page(self.title, self.source, self.tables, list(self.charts.values()))
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return [folder / name for name in files]

    def markdown(self) -> str:
        """Return it as a document whose charts are files beside it."""
        tables = "\n".join(table.markdown() for table in self.tables)
        images = "\n".join(f"![{name}]({name}.svg)" for name in self.charts)
        return f"# {self.title}\n\n```\n{self.source}\n```\n\n{images}\n\n{tables}"


def report(folder: Path) -> Report:
    """Return the report of a folder that `its eval` filled. Raises Failed where there is nothing to report."""
    about = told(folder)
    results = Results(rows(folder), about.parameters, about.model)
    if not results.ways:
        raise Failed(f"{folder} has no row yet; the command that was begun goes on: {about.commands[-1]}", REFUSED)
    recorded = curves(results)
    tables = [measured(results), *([chosen(recorded)] if recorded else [])]
    charts = {figure.name: chart(figure) for figure in figures(results, recorded)}
    return Report(f"{about.model} on {about.file}", _source(about), tables, charts)


def _source(about: About) -> str:
    asked = [f"# {about.settings}"] if str(about.settings) else []
    given = [f"# {name}: {json.dumps(values)}" for name, values in about.parameters.items() if values]
    return "\n".join((*about.commands, f"# {about.file}: SHA-256 {about.sha256}", *asked, *given))
