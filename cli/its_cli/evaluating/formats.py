"""Files of problems: MATH-500, AIME, GSM8K, HMMT and formats of one's own, recognised by their fields."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from its_checking import last_boxed
from its_cli.exits import REFUSED, Failed

NAMES: Mapping[str, tuple[str, ...]] = {
    "problem": ("problem", "question", "query", "prompt"),
    "answer": ("answer", "ground_truth", "gold", "final_answer", "solution"),
    "id": ("unique_id", "id", "problem_idx"),
}
"""What the fields of a problem are called in the files of others, in the order in which they are looked for."""
GSM8K = "#### "
"""What stands before the answer at the end of a solution of GSM8K (Cobbe et al. 2021, https://arxiv.org/abs/2110.14168)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A question whose answer is known."""

    id: str
    question: str
    answer: str


def problems(path: Path, fields: Mapping[str, str] | None = None) -> list[Problem]:
    """Return the problems of a JSONL file, in its order.

    A problem without an id gets the number of its line.

    Args:
        path: one JSON object a line, in UTF-8; empty lines are passed over.
        fields: names of the file's own, by `problem`, `answer` or `id`; upper and lower case are the same.

    Raises:
        Failed: if a line can't be used, two problems have one id, or there is none; the message names the line.
    """
    found: dict[str, Problem] = {}
    for number, line in lines(path):
        problem = _problem(line, number, fields or {}, f"{path}:{number}")
        if problem.id in found:
            raise Failed(f"{path}:{number}: a problem before it has the id {problem.id!r} already", REFUSED)
        found[problem.id] = problem
    if not found:
        raise Failed(f"{path}: there is no problem in it; {CONVERT}", REFUSED)
    return list(found.values())


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file that aren't empty, with their numbers. Raises Failed where it can't be read as text."""
    try:
        with path.open(encoding="utf-8-sig") as file:  # which ends lines where JSONL does, not at U+2028
            yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())
    except UnicodeDecodeError as error:
        raise Failed(f"{path}: this isn't text in UTF-8: {error.reason}", REFUSED) from error
    except OSError as error:
        raise Failed(f"{path} can't be read: {error.strerror}", REFUSED) from error


def mapping(pairs: Sequence[str]) -> dict[str, str]:
    """Return `problem=query` and the like as a mapping. Raises Failed for what isn't one."""
    found: dict[str, str] = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if ours not in NAMES or not equals or not theirs:
            raise Failed(f"--field {pair}: write problem=NAME, answer=NAME or id=NAME, NAME being the file's", REFUSED)
        found[ours] = theirs
    return found


def _problem(line: str, number: int, fields: Mapping[str, str], place: str) -> Problem:
    try:
        values: Any = json.loads(line, parse_constant=_unequal)
    except ValueError as error:
        raise Failed(f"{place}: no JSON object: {error}; {CONVERT}", REFUSED) from error
    if not isinstance(values, dict):
        raise Failed(f"{place}: a JSON object is expected, which this isn't; {CONVERT}", REFUSED)
    record = {name.lower(): value for name, value in cast("dict[str, Any]", values).items()}
    question = _text(record, "problem", fields, place)
    answer = _final(_text(record, "answer", fields, place), place)
    named = any(_present(record, _names("id", fields)))
    return Problem(_text(record, "id", fields, place) if named or "id" in fields else str(number), question, answer)


def _text(record: Mapping[str, Any], wanted: str, fields: Mapping[str, str], place: str) -> str:
    """Return the first of the fields that may hold what is wanted; a number becomes its digits."""
    name = next(_present(record, _names(wanted, fields)), None)
    if name is None:
        looked = " or ".join(_names(wanted, fields))
        there = ", ".join(f"{one}, which is null" if record[one] is None else one for one in record) or "none"
        raise Failed(f"{place}: no field {looked}, but {there}; say which it is with --field {wanted}=NAME", REFUSED)
    value = record[name]
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not str(value).strip():
        raise Failed(f"{place}: {name} is {value!r:.80}, where a text or a number is expected", REFUSED)
    return str(value)


def _present(record: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    return (name for name in names if record.get(name) is not None)


def _names(wanted: str, fields: Mapping[str, str]) -> tuple[str, ...]:
    return (fields[wanted].lower(),) if wanted in fields else NAMES[wanted]


def _final(answer: str, place: str) -> str:
    """Return the final answer of a solution, or the answer itself."""
    _, mark, after = answer.rpartition(GSM8K)
    final = after.strip() if mark else last_boxed(answer) or answer.strip()
    if len(final) > LONGEST:
        raise Failed(f"{place}: the answer has {len(final)} characters; box the final one of a solution", REFUSED)
    return final


def _unequal(constant: str) -> None:
    raise ValueError(f"{constant} is equal to nothing")


CONVERT = (
    "one JSON object a line is expected; `jq -c '.[]' F.json` makes such lines of a list, "
    "pandas' to_json(orient='records', lines=True) of a table"
)
LONGEST = 1000
"""Characters of a final answer; what is longer and has no box is a solution, with which nothing can be compared."""
