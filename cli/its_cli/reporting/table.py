"""A table, for Markdown, for a page and for a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import rich.table
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of plain texts; all columns but the first are numbers, and stand on the right."""

    title: str
    note: str
    """What the figures are, in a sentence or two."""
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """Return it as a section of a document."""
        rule = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = "\n".join(f"| {' | '.join(cells)} |" for cells in (self.columns, rule, *self.rows))
        return f"## {self.title}\n\n{self.note}\n\n{lines}\n"

    def html(self) -> str:
        """Return it as a section of a page."""
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in self.rows)
        table = f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"
        return f'<h2>{escape(self.title)}</h2><p>{escape(self.note)}</p><div class="wide">{table}</div>'

    def printed(self) -> rich.table.Table:
        """Return it for a terminal."""
        table = rich.table.Table(title=self.title, title_justify="left", caption=self.note, caption_justify="left")
        for place, name in enumerate(self.columns):
            table.add_column(name, justify="right" if place else "left", no_wrap=True)
        for row in self.rows:
            table.add_row(*map(Text, row))
        return table
