"""An evaluation: what the rows of a folder came to, added up by algorithm and budget. No text of a row is kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import orjson

ABOUT, ROWS = "eval.json", "rows.jsonl"
"""What `its eval` writes into a folder."""


class Way(NamedTuple):
    """A way to solve problems: an algorithm at a budget."""

    algorithm: str
    budget: int


class Figures(NamedTuple):
    """What one row says in numbers."""

    right: float
    tokens: float
    """Generated, those of rejected candidates included."""
    judged: float
    """Read anew by reward models, and written by judges."""
    seconds: float


@dataclass
class Evaluation:
    """The rows of one folder, as far as they were read; a journal only grows, so that each is read once."""

    folder: Path
    rows: dict[Way, dict[str, list[Figures]]] = field(default_factory=dict[Way, dict[str, list[Figures]]])
    """By way and problem."""
    unread: int = 0
    """Lines that are no rows."""
    _offset: int = 0

    def read(self) -> None:
        """Read what was added since the last time; a line that isn't whole yet has time."""
        with (self.folder / ROWS).open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._offset += len(line)
                self._add(line)

    @property
    def size(self) -> int:
        """How many bytes of the journal were read."""
        return self._offset

    def summary(self) -> dict[str, Any]:
        """Return what the page draws, as `its_gateway.shapes.Report` describes it."""
        ways = [_way(way, problems) for way, problems in self.rows.items()]
        return {"name": self.folder.name, **self._about(), "unread": self.unread, "ways": ways}

    def _about(self) -> dict[str, str]:
        try:
            told = orjson.loads((self.folder / ABOUT).read_bytes())
            return {name: str(told[name]) for name in ("file", "model")}
        except (OSError, ValueError, TypeError, KeyError):
            return {"file": "", "model": ""}

    def _add(self, line: bytes) -> None:
        try:
            row = orjson.loads(line)
            way, found = Way(str(row["algorithm"]), int(row["budget"])), _figures(row)
            self.rows.setdefault(way, {}).setdefault(str(row["problem"]), []).append(found)
        except (ValueError, TypeError, KeyError, AttributeError):
            self.unread += 1


def _figures(row: dict[str, Any]) -> Figures:
    ledger = row["ledger"]
    read = ledger.get("reward_tokens", 0) - ledger.get("cached_reward_tokens", 0)
    judged = read + ledger.get("judge_tokens", 0)
    return Figures(*map(float, (bool(row["right"]), ledger.get("completion_tokens", 0), judged, row["seconds"])))


def _way(way: Way, problems: dict[str, list[Figures]]) -> dict[str, Any]:
    """Return the means over the problems, each of which is the mean of its rows."""
    means = [[fmean(column) for column in zip(*rows, strict=True)] for rows in problems.values()]
    accuracy, tokens, judged, seconds = (fmean(column) for column in zip(*means, strict=True))
    counts = {"problems": len(problems), "rows": sum(map(len, problems.values()))}
    costs = {"accuracy": accuracy, "tokens": tokens, "judged": judged, "seconds": seconds}
    return {**way._asdict(), **counts, **costs}


def folders(root: Path) -> Iterable[Path]:
    """Return the folders of evaluations: `root` itself, or those right inside of it, the latest first."""
    inside = sorted(root.iterdir()) if root.is_dir() else []
    found = [one for one in (root, *inside) if (one / ABOUT).is_file() and (one / ROWS).is_file()]
    return sorted(found, key=lambda one: (one / ROWS).stat().st_mtime, reverse=True)
