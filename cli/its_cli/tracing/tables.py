"""Runs and choices as tables for a terminal."""

from collections.abc import Iterable, Sequence

from rich.table import Column, Table

from its.orchestrator.v1.trace_pb2 import TraceInfo, TraceState
from its_cli.tracing.replay import Choice

FIXED = {"run": 16, "began": 11, "state": 9, "tokens": 7, "seconds": 7}
"""Widths that stay in a narrow terminal, where the other columns give way: commands take the id of a run whole."""
SHOWN = 48
"""Characters of a question or an answer in a table."""


def listed(infos: Iterable[TraceInfo]) -> Table:
    """Return a table of runs."""
    heads = ("run", "began", "state", "algorithm", "tokens", "seconds", "question")
    columns = (Column(one, no_wrap=True, width=FIXED.get(one), ratio=None if one in FIXED else 1) for one in heads)
    table = Table(*columns, box=None, expand=True)
    for info in infos:
        began = info.began.ToDatetime().strftime("%m-%d %H:%M")
        spent = str(info.ledger.completion_tokens), f"{info.seconds:.2f}"
        table.add_row(info.trace_id, began, state(info), info.algorithm, *spent, short(question(info)))
    return table


def chosen(choices: Sequence[Choice]) -> Table:
    """Return a table of what rules choose."""
    table = Table("rule", "candidate", "final answer", "score", "as the run chose", box=None)
    for one in choices:
        candidate = one.candidate
        score = f"{candidate.score:.4g}" if candidate and candidate.score is not None else "–"
        name = candidate.id if candidate else "none"
        table.add_row(one.rule, name, short(one.final_answer or "–"), score, "yes" if one.chosen else "no")
    return table


def state(info: TraceInfo) -> str:
    """Return how far a run is, in a word."""
    return TraceState.Name(info.state).removeprefix("TRACE_STATE_").lower()


def question(info: TraceInfo) -> str:
    """Return the last thing that was asked; empty where it isn't kept."""
    last = info.conversation.messages[-1:]
    return "".join(part.text for one in last for part in one.content) or info.text


def short(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
