"""A sheet of results: what was measured, and on which machine, with which versions, by which command and when."""

import datetime as dt
import os
import platform
import shlex
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


class Sheet:
    """Lines of Markdown that are printed as they come, and kept for a file."""

    def __init__(self, title: str, packages: Iterable[str] = (), others: Iterable[str] = ()) -> None:
        """Begin with where it comes from.

        Args:
            title: the heading.
            packages: those of this environment whose versions matter.
            others: names and versions of what runs elsewhere.
        """
        versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages), *others]
        self._lines: list[str] = []
        self.say(f"# {title}", "", f"`{command()}`", "", f"{dt.datetime.now(dt.UTC):%Y-%m-%d}. {machine()}.")
        self.say(", ".join(versions) + ".", "")

    def say(self, *lines: str) -> None:
        """Add lines."""
        self._lines += lines
        print(*lines, sep="\n", flush=True)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Add a table; its first column is text, the others are numbers."""
        self.say(_row(heads), "|---" + "|---:" * (len(heads) - 1) + "|")
        for row in rows:
            self.say(_row(row))
        self.say("")

    def write(self, file: str | None) -> None:
        """Keep everything in `file`, in benchmarks/results unless it says where; without one, do nothing."""
        if file:
            path = RESULTS / file
            path.parent.mkdir(exist_ok=True)
            path.write_text("\n".join(self._lines).rstrip() + "\n", encoding="utf-8")


def command() -> str:
    """Return how this process was started, as it is typed in the repository's root."""
    return shlex.join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]])


def machine() -> str:
    """Return the processor, its cores and how busy they were with other things."""
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text(encoding="utf-8").splitlines() if cpus.exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    name = models[0] if models else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores, shared; load {os.getloadavg()[0]:.1f} when it began"


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"
