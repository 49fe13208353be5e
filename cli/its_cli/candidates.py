"""How an answer was found, as tables: its candidates with scores and votes, and what it cost."""

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

MEASURES = ("confidence", "score", "votes", "weight")
"""What candidates are chosen by; the later decides, the one before it breaks its ties."""
SHOWN = 20
"""Candidates that a table shows at most."""
LAST_CHARACTERS = 44
"""How much of a candidate's end is shown."""


def explanation(its: dict[str, Any]) -> RenderableType:
    """Return the block `its` of an answer for people."""
    return Group(_candidates(its), _cost(its))


def _candidates(its: dict[str, Any]) -> Table:
    candidates: list[dict[str, Any]] = its.get("candidates", [])
    measures = [name for name in MEASURES if any(one.get(name) is not None for one in candidates)]
    table = Table("", "answer", *measures, "tokens", "ends with", title=_title(its), title_justify="left")
    # The chosen one comes first, then the rest by what they were chosen by.
    for one in sorted(candidates, key=lambda one: _rank(one, measures), reverse=True)[:SHOWN]:
        table.add_row(*_row(one, measures), style="bold green" if one.get("chosen") else None)
    if len(candidates) > SHOWN:
        table.caption = f"and {len(candidates) - SHOWN} more"
    return table


def _rank(one: dict[str, Any], measures: list[str]) -> tuple[Any, ...]:
    return (bool(one.get("chosen")), *(float(one.get(name) or 0) for name in reversed(measures)))


def _row(one: dict[str, Any], measures: list[str]) -> list[str | Text]:
    numbers = [f"{one[name]:.4g}" if one.get(name) is not None else "" for name in measures]
    text = " ".join(str(one.get("text", "")).split())
    end = f"…{text[-LAST_CHARACTERS:]}" if len(text) > LAST_CHARACTERS else text
    mark = "▶" if one.get("chosen") else ""
    return [mark, Text(str(one.get("final_answer") or "–")), *numbers, str(one.get("completion_tokens", "")), Text(end)]


def _title(its: dict[str, Any]) -> str:
    return f"{its.get('algorithm', 'unknown')}, {len(its.get('candidates', []))} candidates, seed {its.get('seed')}"


def _cost(its: dict[str, Any]) -> Text:
    ledger: dict[str, Any] = its.get("ledger") or its.get("usage") or {}
    parts = [f"{ledger[name]:,} {words}" for name, words in KINDS if ledger.get(name)]
    seconds = f"{ledger['seconds']:.1f} s" if ledger.get("seconds") else ""
    return Text("; ".join(filter(None, [", ".join(parts), seconds, f"stopped by: {its.get('stopped_by')}"])), "dim")


KINDS = (
    ("completion_tokens", "tokens generated"),
    ("discarded_tokens", "of them discarded"),
    ("aborted_tokens", "of them aborted"),
    ("prompt_tokens", "prompt tokens"),
    ("cached_prompt_tokens", "of them cached"),
    ("reward_tokens", "reward tokens"),
    ("judge_tokens", "judge tokens"),
)
