"""An evaluation of real processes: killed while it runs, resumed, the same rows as one that nobody disturbed."""

import json
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from its_cli.evaluating import journal
from its_cli.reporting.choosing import RULES
from its_cli.reporting.figures import RULE_OF
from its_cli.reporting.results import Results
from its_models import heldout

PASSING = {"started", "seconds", "trace_id", "ledger", "candidates"}
"""What no two runs have in common: times, what caches held, and the last digits of scores that were read together."""
GRID = ("--algorithm", "self-consistency,particle-filtering", "--budget", "1,4", "--repeats", "4", "--concurrency", "2")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "problems.jsonl"
    records = [{"id": one.id, "problem": one.problem, "answer": one.answer} for one in heldout()[:5]]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_a_killed_evaluation_ends_with_the_rows_of_an_undisturbed_one(
    up: Any, file: Path, its: Any, shell_words: Any, until: Any
):
    undisturbed, killed = file.parent / "undisturbed", file.parent / "killed"
    arguments = ("eval", str(file), "--url", up.url, *GRID)
    with psutil.Popen(shell_words(*arguments, "--out", str(killed)), stderr=subprocess.DEVNULL) as process:
        assert until(lambda: lines(killed) >= 8, lambda: process.wait(0.005))
        process.kill()
    kept = lines(killed)
    resumed, whole = its(*arguments, "--out", str(killed)), its(*arguments, "--out", str(undisturbed))

    assert (resumed.exit_code, whole.exit_code) == (0, 0)
    assert 8 <= kept < lines(undisturbed) == 80
    assert rows(killed) == rows(undisturbed)


@pytest.mark.parametrize("algorithm", ["self-consistency", "best-of-n", "weighted-best-of-n"])
def test_a_replay_by_its_own_rule_chooses_what_the_run_chose(up: Any, its: Any, algorithm: str):
    question = heldout()[1].problem
    told = [
        json.loads(
            its(
                "ask", question, "--url", up.url, "--algorithm", algorithm, "--budget", "6", "--seed", str(s), "--json"
            ).stdout
        )
        for s in range(4)
    ]
    runs = [one["its"]["trace_id"] for one in told]
    replayed = its("trace", "replay", *runs, "--url", up.url, "--rules", algorithm)

    chosen = [line.split() for line in replayed.stdout.splitlines() if line.split()[:1] == [algorithm]]
    assert [words[-1] for words in chosen] == ["yes"] * len(runs)


def lines(folder: Path) -> int:
    path = folder / "rows.jsonl"
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def rows(folder: Path) -> list[dict[str, Any]]:
    """Return what lasts of the rows, with the candidates' texts, in the order of their keys."""
    found = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    lasting = [
        {name: value for name, value in row.items() if name not in PASSING}
        | {"texts": [one["text"] for one in row["candidates"]], "tokens": row["ledger"]["completion_tokens"]}
        for row in found
    ]
    return sorted(lasting, key=lambda row: (row["problem"], row["algorithm"], row["budget"], row["seed"]))


def test_among_all_samples_of_a_row_the_report_chooses_what_the_algorithm_chose(up: Any, file: Path, its: Any):
    folder = file.parent / "chosen"
    grid = ("--algorithm", ",".join(RULE_OF), "--budget", "4,7", "--repeats", "4")
    done = its("eval", str(file), "--url", up.url, "--out", str(folder), *grid)

    assert done.exit_code == 0
    for row in journal.rows(folder):
        (solved,) = Results([row]).rows.popitem()[1]
        chance = RULES[RULE_OF[row.algorithm]](solved.pool, row.budget)
        assert chance == row.right, (row.algorithm, row.problem, row.seed)
