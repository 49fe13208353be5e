"""`its eval`: one row for each problem, algorithm, budget and seed, whatever interrupts it."""

import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from its_cli.__main__ import app
from its_cli.evaluating.journal import open_journal
from its_cli.evaluating.progress import Bar

PROBLEMS = {"a": "2", "b": "1/2", "c": "30"}
FORMULA = {"id": "d", "problem": "d?", "answer": "x+1"}
GRID = ("--algorithm", "best-of-n,self-consistency", "--budget", "1,4", "--repeats", "2", "--concurrency", "2")
TWO_SETS = ("--set", "projection=last", "--set", "best-of-n.aggregation=prod")
Answer = Callable[[dict[str, Any]], tuple[int, Any]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.jsonl"
    records = [{"id": name, "problem": f"{name}?", "answer": answer} for name, answer in PROBLEMS.items()]
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


@pytest.fixture
def answer(completion: Callable[..., Any]) -> Answer:
    """Answers every problem with samples that depend on the seed, the first of them chosen."""

    def reply(asked: dict[str, Any]) -> tuple[int, Any]:
        texts = [_text(asked, place) for place in range(asked["budget"])]
        finals = [text.removeprefix("\\boxed{").removesuffix("}") for text in texts]
        candidates = [
            {"id": str(place), "text": text, "final_answer": final, "completion_tokens": 5, "chosen": place == 0}
            for place, (text, final) in enumerate(zip(texts, finals, strict=True))
        ]
        return 200, completion(texts[0], **_its(asked, candidates))

    return reply


def _text(asked: dict[str, Any], place: int) -> str:
    name = asked["messages"][0]["content"][0]
    same = {"a": "2.0", "b": "0.5", "c": "3e1", "d": "1+x"}[name]
    return f"\\boxed{{{same if (asked['seed'] + place) % 2 else 7}}}"


def _its(asked: dict[str, Any], candidates: list[Any]) -> dict[str, Any]:
    ledger = {"completion_tokens": 5 * len(candidates), "reward_tokens": 0, "judge_tokens": 0, "seconds": 0.1}
    return {
        "algorithm": asked["algorithm"],
        "parameters": {},
        "candidates": candidates,
        "ledger": ledger,
        "stopped_by": "completed",
        "trace_id": "t",
        "model": {"name": asked["model"]},
        "seed": asked["seed"],
    }


def evaluated(file: Path, scripted: Any, folder: Path, *options: str) -> Result:
    arguments = ["eval", str(file), "--url", scripted.url, "--out", str(folder), *(options or GRID)]
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]


def lasting(folder: Path) -> list[dict[str, Any]]:
    """Return the rows without what no two runs have in common, in the order of their keys."""
    plain = [{name: value for name, value in row.items() if name not in {"started", "seconds"}} for row in rows(folder)]
    return sorted(plain, key=key)


def key(row: dict[str, Any]) -> tuple[str, str, int, int]:
    return row["problem"], row["algorithm"], row["budget"], row["seed"]


def test_there_is_a_row_for_each_problem_algorithm_budget_and_seed(
    file: Path, scripted: Any, answer: Answer, tmp_path: Path
):
    scripted.reply = answer
    done = evaluated(file, scripted, tmp_path / "out")

    assert done.exit_code == 0
    wanted = product(PROBLEMS, ("best-of-n", "self-consistency"), (1, 4), (1, 2))
    assert sorted(map(key, rows(tmp_path / "out"))) == sorted(wanted)


def test_answers_are_graded_by_what_they_mean_and_grouped_as_votes_would(
    file: Path, scripted: Any, answer: Answer, tmp_path: Path
):
    scripted.reply = answer
    file.write_text(file.read_text() + json.dumps(FORMULA))
    evaluated(file, scripted, tmp_path / "out", "--algorithm", "self-consistency", "--budget", "4")

    for row in rows(tmp_path / "out"):
        odd = row["request_seed"] % 2 == 1
        assert row["right"] == odd
        assert [one["right"] for one in row["candidates"]] == [odd, not odd, odd, not odd]
        assert [one["group"] for one in row["candidates"]] == [0, 1, 0, 1]


def test_all_algorithms_and_budgets_share_a_problems_seed_and_problems_do_not(
    file: Path, scripted: Any, answer: Answer, tmp_path: Path
):
    scripted.reply = answer
    evaluated(file, scripted, tmp_path / "out")

    seeds = {(row["problem"], row["seed"], row["request_seed"]) for row in rows(tmp_path / "out")}
    assert len(seeds) == len({seed for *_, seed in seeds}) == len(PROBLEMS) * 2


def test_a_kill_in_the_middle_loses_nothing_and_repeats_nothing(
    file: Path, scripted: Any, answer: Answer, tmp_path: Path
):
    scripted.reply = answer
    evaluated(file, scripted, tmp_path / "whole")
    whole, running = len(scripted.asked), list[subprocess.Popen[bytes]]()

    def kill(asked: dict[str, Any]) -> tuple[int, Any]:
        if len(scripted.asked) == whole + 8:
            running[0].kill()
        return answer(asked)

    scripted.reply = kill
    command = (sys.executable, "-m", "its_cli", "eval", str(file), "--url", scripted.url)
    with subprocess.Popen((*command, "--out", str(tmp_path / "killed"), *GRID), stderr=subprocess.DEVNULL) as process:
        running.append(process)
    kept = rows(tmp_path / "killed")
    scripted.reply, before = answer, len(scripted.asked)
    resumed = evaluated(file, scripted, tmp_path / "killed")

    assert process.returncode == -signal.SIGKILL
    assert 0 < len(kept) < whole
    assert resumed.exit_code == 0
    assert len(scripted.asked) - before == whole - len(kept)
    assert rows(tmp_path / "killed")[: len(kept)] == kept
    assert lasting(tmp_path / "killed") == lasting(tmp_path / "whole")


def test_a_torn_last_line_is_dropped_and_its_row_asked_again(file: Path, scripted: Any, answer: Answer, tmp_path: Path):
    scripted.reply = answer
    evaluated(file, scripted, tmp_path / "out")
    before, path = lasting(tmp_path / "out"), tmp_path / "out" / "rows.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    asked = len(scripted.asked)
    evaluated(file, scripted, tmp_path / "out")

    assert len(scripted.asked) == asked + 1
    assert lasting(tmp_path / "out") == before


def test_a_damaged_line_is_told_by_its_number_and_nothing_is_asked(
    file: Path, scripted: Any, answer: Answer, tmp_path: Path
):
    scripted.reply = answer
    evaluated(file, scripted, tmp_path / "out")
    path, asked = tmp_path / "out" / "rows.jsonl", len(scripted.asked)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\nrubbish\n", 1))
    done = evaluated(file, scripted, tmp_path / "out")

    assert done.exit_code == 2
    assert "rows.jsonl:2: this is no row" in done.stderr
    assert len(scripted.asked) == asked


def test_only_one_evaluation_at_a_time_writes_a_folder(file: Path, scripted: Any, tmp_path: Path):
    with open_journal(tmp_path / "out"):
        done = evaluated(file, scripted, tmp_path / "out")

    assert (done.exit_code, scripted.asked) == (2, [])
    assert "another `its eval` is writing it" in done.stderr


def test_more_budgets_are_added_to_what_is_there(file: Path, scripted: Any, answer: Answer, tmp_path: Path):
    scripted.reply = answer
    evaluated(file, scripted, tmp_path / "out", "--algorithm", "best-of-n", "--budget", "1")
    evaluated(file, scripted, tmp_path / "out", "--algorithm", "best-of-n", "--budget", "1,2")

    assert len(scripted.asked) == len(rows(tmp_path / "out")) == 2 * len(PROBLEMS)


def test_a_row_that_a_service_fails_is_left_out_told_and_tried_by_the_next_run(
    file: Path, scripted: Any, answer: Answer, tmp_path: Path
):
    error = {"error": {"message": "generator: gone", "type": "server_error"}}
    scripted.reply = lambda asked: (503, error) if asked["messages"][0]["content"] == "b?" else answer(asked)
    failed = evaluated(file, scripted, tmp_path / "out", "--algorithm", "best-of-n", "--budget", "1")
    scripted.reply = answer
    tried = evaluated(file, scripted, tmp_path / "out", "--algorithm", "best-of-n", "--budget", "1")

    assert failed.exit_code == 1
    assert "1 of 3 rows are missing: generator: gone; run the command again" in failed.stderr
    assert tried.exit_code == 0
    assert sorted(row["problem"] for row in rows(tmp_path / "out")) == sorted(PROBLEMS)


def test_an_answer_from_what_a_failing_service_left_is_no_row(
    file: Path, scripted: Any, answer: Answer, tmp_path: Path
):
    def hurt(asked: dict[str, Any]) -> tuple[int, Any]:
        status, body = answer(asked)
        stopped_by = "failures" if asked["messages"][0]["content"] == "b?" else "completed"
        return status, {**body, "its": {**body["its"], "stopped_by": stopped_by}}

    scripted.reply = hurt
    done = evaluated(file, scripted, tmp_path / "out", "--algorithm", "best-of-n", "--budget", "4")

    assert done.exit_code == 1
    assert "1 of 3 rows are missing: b: a service failed part of best-of-n" in " ".join(done.stderr.split())
    assert sorted(row["problem"] for row in rows(tmp_path / "out")) == ["a", "c"]


@pytest.mark.parametrize(("said", "warned"), [("It is 7.", True), (r"It is \boxed{7}.", False)])
def test_a_model_that_never_gives_a_final_answer_is_told_of(
    file: Path, scripted: Any, completion: Callable[..., Any], tmp_path: Path, said: str, warned: bool
):
    scripted.reply = lambda asked: (200, completion(said, **_its(asked, [])))
    done = evaluated(file, scripted, tmp_path / "out", "--algorithm", "best-of-n", "--budget", "1")

    assert ("none of 3 answers has a final one" in " ".join(done.stderr.split())) is warned
    assert ("--system" in done.stderr) is warned


def test_a_refusal_ends_it_at_once(file: Path, scripted: Any, tmp_path: Path):
    scripted.reply = lambda _: (
        400,
        {"error": {"message": "no algorithm is called x", "type": "invalid_request_error"}},
    )
    done = evaluated(file, scripted, tmp_path / "out", "--algorithm", "x", "--concurrency", "1")

    assert (done.exit_code, len(scripted.asked)) == (2, 1)
    assert "no algorithm is called x" in done.stderr


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (("--model", "second"), "model, first"),
        (("--field", "problem=id"), "file, file.jsonl, or of the same one read otherwise"),
        (("--temperature", "0.5"), "--temperature, which was not given there"),
        (("--system", "Box it."), "--system, which was not given there"),
        (("--set", "self-consistency.confidence=false", "--algorithm", "self-consistency"), "--set for self-cons"),
    ],
)
def test_rows_of_different_things_never_mix(
    file: Path, scripted: Any, answer: Answer, tmp_path: Path, other: tuple[str, ...], told: str
):
    scripted.reply = answer
    evaluated(file, scripted, tmp_path / "out")
    asked = len(scripted.asked)
    done = evaluated(file, scripted, tmp_path / "out", *other)

    assert (done.exit_code, len(scripted.asked)) == (2, asked)
    assert f"has rows of another {told}" in " ".join(done.stderr.split())
    assert "choose another --out" in done.stderr


def test_a_folder_without_a_row_takes_whatever_comes(file: Path, scripted: Any, answer: Answer, tmp_path: Path):
    scripted.reply = lambda _: (400, {"error": {"message": "temperature: too hot", "type": "invalid_request_error"}})
    refused = evaluated(file, scripted, tmp_path / "out", "--temperature", "99", "--budget", "1")
    scripted.reply = answer
    mended = evaluated(file, scripted, tmp_path / "out", "--temperature", "0.9", "--budget", "1")

    assert (refused.exit_code, mended.exit_code) == (2, 0)


def test_how_questions_are_asked_is_sent_and_kept(file: Path, scripted: Any, answer: Answer, tmp_path: Path):
    scripted.reply = lambda asked: answer({**asked, "messages": asked["messages"][1:]})
    options = ("--temperature", "0.5", "--max-tokens", "99", "--system", "Box it.", "--budget", "2", *TWO_SETS)
    evaluated(file, scripted, tmp_path / "out", "--algorithm", "best-of-n,self-consistency", *options)

    asked = {one["algorithm"]: one for one in scripted.asked}
    assert asked["best-of-n"]["messages"][0] == {"role": "system", "content": "Box it."}
    assert (asked["best-of-n"]["temperature"], asked["best-of-n"]["max_tokens"]) == (0.5, 99)
    assert "top_p" not in asked["best-of-n"]
    assert asked["best-of-n"]["its"] == {"projection": "last", "aggregation": "prod"}
    assert asked["self-consistency"]["its"] == {"projection": "last"}
    settings = {"temperature": 0.5, "top_p": None, "max_tokens": 99, "system": "Box it."}
    assert [row["settings"] for row in rows(tmp_path / "out")] == [settings] * 6


def test_an_algorithm_with_parameters_of_its_own_is_added_to_rows_of_others(
    file: Path, scripted: Any, answer: Answer, tmp_path: Path
):
    scripted.reply = answer
    evaluated(file, scripted, tmp_path / "out", "--algorithm", "self-consistency", "--budget", "1")
    grid = ("--algorithm", "self-consistency,best-of-n", "--budget", "1")
    added = evaluated(file, scripted, tmp_path / "out", *grid, "--set", "best-of-n.aggregation=min")

    assert (added.exit_code, len(rows(tmp_path / "out"))) == (0, 2 * len(PROBLEMS))


def test_every_algorithm_shows_at_once_whether_it_runs_at_all(
    file: Path, scripted: Any, answer: Answer, tmp_path: Path
):
    scripted.reply = answer
    evaluated(file, scripted, tmp_path / "out", *GRID[:-2], "--concurrency", "1")

    assert [(one["algorithm"], one["budget"]) for one in scripted.asked[:2]] == [
        ("best-of-n", 4),
        ("self-consistency", 4),
    ]


def test_a_gateway_that_asks_to_wait_is_waited_for(file: Path, scripted: Any, answer: Answer, tmp_path: Path):
    error = {"error": {"message": "too many", "type": "rate_limit_error"}}
    scripted.headers = {"retry-after": "0"}
    scripted.reply = lambda asked: answer(asked) if len(scripted.asked) > 2 else (429, error)
    done = evaluated(file, scripted, tmp_path / "out", "--algorithm", "best-of-n", "--budget", "1")

    assert (done.exit_code, len(rows(tmp_path / "out"))) == (0, 3)


def test_a_quota_that_is_used_up_for_long_ends_it(file: Path, scripted: Any, tmp_path: Path):
    scripted.headers = {"retry-after": "3600"}
    scripted.reply = lambda _: (429, {"error": {"message": "no tokens until tomorrow", "type": "rate_limit_error"}})
    done = evaluated(file, scripted, tmp_path / "out", "--algorithm", "best-of-n", "--budget", "1")

    assert done.exit_code == 2
    assert "no tokens until tomorrow" in done.stderr


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
def test_a_gateway_is_found_by_any_of_its_urls(file: Path, scripted: Any, answer: Answer, tmp_path: Path, end: str):
    scripted.reply = answer
    options = ("--algorithm", "best-of-n", "--budget", "1", "--out", str(tmp_path / "out"))
    done = CliRunner().invoke(app, ["eval", str(file), "--url", scripted.url + end, *options])

    assert done.exit_code == 0


def test_a_host_alone_is_no_url(file: Path):
    done = CliRunner().invoke(app, ["eval", str(file), "--url", "gpu-box:8108"])

    assert done.exit_code == 2
    assert "--url gpu-box:8108: a gateway's URL begins with http:// or https://" in " ".join(done.stderr.split())


def test_where_nothing_can_move_a_line_now_and_then_tells_how_far_it_is():
    seconds = iter(range(100))
    console = Console(file=io.StringIO(), force_terminal=False)
    with Bar(console, 6, [True], every=4, now=lambda: next(seconds)) as bar:
        for right in (True, False, True, True, True):
            bar.advance(right=right)

    assert isinstance(console.file, io.StringIO)
    first, *_, last = console.file.getvalue().splitlines()
    assert first.startswith("5/6 rows, accuracy 80.0 %, ")
    assert first.endswith("min left")
    assert last.startswith("6/6 rows, accuracy 83.3 %, ")
    assert "left" not in last


@pytest.mark.parametrize(
    "options",
    [
        ("--budget", "1,x"),
        ("--budget", "0"),
        ("--budget", "1001"),
        ("--algorithm", ","),
        ("--set", "width"),
        ("--set", "dvts.width=4"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is(
    file: Path, scripted: Any, tmp_path: Path, options: tuple[str, ...]
):
    done = evaluated(file, scripted, tmp_path / "out", *options)

    assert (done.exit_code, scripted.asked) == (2, [])
    assert options[0] in done.stderr
