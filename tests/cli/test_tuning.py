"""`its tune`: what is chosen serves the aim on one half of the problems, and is judged by the other."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from its_cli.__main__ import app
from its_cli.evaluating.formats import Problem
from its_cli.exits import Failed
from its_cli.tuning.trial import halves

PROBLEMS = 8
COST = {("self-consistency", 1): 10, ("self-consistency", 4): 40, ("best-of-n", 1): 10, ("best-of-n", 4): 60}
RIGHT = {("self-consistency", 1): 0, ("self-consistency", 4): 4, ("best-of-n", 1): 0, ("best-of-n", 4): PROBLEMS}
"""How many problems, those of the lowest numbers, each way answers rightly."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.jsonl"
    path.write_text("".join(json.dumps({"id": n, "problem": f"{n}", "answer": "yes"}) + "\n" for n in range(PROBLEMS)))
    return path


@pytest.fixture(autouse=True)
def answers(scripted: Any, completion: Callable[..., Any]) -> None:
    def reply(asked: dict[str, Any]) -> tuple[int, Any]:
        way = asked["algorithm"], asked["budget"]
        right = int(asked["messages"][-1]["content"]) < RIGHT[way]
        its = {"candidates": [], "parameters": {}, "stopped_by": "completed", "trace_id": "t"}
        ledger = {"completion_tokens": COST[way]}
        text = f"\\boxed{{{'yes' if right else 'no'}}}"
        return 200, completion(text, **its, ledger=ledger, model={"name": "its-tiny"})

    scripted.reply = reply


def tuned(file: Path, scripted: Any, *aim: str) -> Result:
    ways = ("--algorithm", "self-consistency,best-of-n", "--budget", "1,4")
    arguments = ["tune", str(file), "--url", scripted.url, "--out", str(file.parent / "out"), *ways, *aim]
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def asked(scripted: Any) -> list[tuple[str, str, int]]:
    return [(one["messages"][0]["content"], one["algorithm"], one["budget"]) for one in scripted.asked]


@pytest.mark.parametrize(
    ("aim", "algorithm", "budget"),
    [
        (("--accuracy", "90"), "best-of-n", 4),
        (("--accuracy", "0"), "self-consistency", 1),
        (("--tokens", "60"), "best-of-n", 4),
        (("--tokens", "59"), "self-consistency", 4),
    ],
)
def test_the_profile_is_the_cheapest_that_reaches_or_the_best_that_is_affordable(
    file: Path, scripted: Any, aim: tuple[str, ...], algorithm: str, budget: int
):
    done = tuned(file, scripted, *aim)
    (file.parent / "its.yaml").write_text(done.stdout)
    checked = CliRunner().invoke(app, ["config", "check", str(file.parent / "its.yaml")])

    assert (done.exit_code, checked.exit_code) == (0, 0)
    assert f"model: its-tiny\n      algorithm: {algorithm}\n      budget:\n        samples: {budget}\n" in done.stdout


def test_the_profile_asks_as_was_tuned(file: Path, scripted: Any):
    how = ("--temperature", "0.5", "--max-tokens", "99", "--set", "best-of-n.aggregation=min", "--system", "Box\nit.")
    done = tuned(file, scripted, "--accuracy", "90", *how)
    (file.parent / "its.yaml").write_text(done.stdout)
    checked = CliRunner().invoke(app, ["config", "check", str(file.parent / "its.yaml")])

    assert checked.exit_code == 0
    profile = yaml.safe_load(done.stdout)["orchestrator"]["profiles"]["tuned"]
    assert profile["sampling"] == {"temperature": 0.5, "max_tokens": 99}
    assert profile["parameters"] == {"aggregation": "min"}
    assert "# before each question stood: Box\n# it.\n" in done.stdout


def test_what_a_profile_adds_to_the_model_is_told(file: Path, scripted: Any):
    assert "# asked as careful: " in tuned(file, scripted, "--accuracy", "90", "--model", "careful").stdout
    itself = tuned(file, scripted, "--accuracy", "90", "--model", "its-tiny", "--out", str(file.parent / "anew"))
    assert "# asked as " not in itself.stdout


def test_the_other_half_is_asked_in_the_chosen_way_alone(file: Path, scripted: Any):
    tuned(file, scripted, "--accuracy", "90")

    everything = asked(scripted)
    chosen_on = {problem for problem, *way in everything if way != ["best-of-n", 4]}
    judged_by = {problem for problem, *_ in everything} - chosen_on
    assert len(chosen_on) == len(judged_by) == PROBLEMS // 2
    assert len(everything) == len(set(everything)) == len(chosen_on) * len(COST) + len(judged_by)


def test_what_looked_better_than_it_is_gets_told(file: Path, scripted: Any):
    # The half that is chosen on has some of the first four problems; the other half has the rest of them.
    whole = tuned(file, scripted, "--accuracy", "100")
    assert "misses the aim" not in whole.stderr
    chosen_on = {problem for problem, *way in asked(scripted) if way != ["best-of-n", 4]}
    truthful = scripted.reply
    scripted.reply = lambda one: truthful({**one, "messages": [{"content": _known(one, chosen_on)}]})
    (file.parent / "out" / "rows.jsonl").unlink()
    fooled = tuned(file, scripted, "--accuracy", "100", "--algorithm", "self-consistency")

    assert "on problems that nothing was chosen by, self-consistency, 4: 0.0 %" in fooled.stderr
    assert "misses the aim" in fooled.stderr


def _known(one: dict[str, Any], known: set[str]) -> str:
    return "0" if one["messages"][0]["content"] in known else "7"


def test_an_aim_that_nothing_serves_names_the_nearest_and_prints_no_profile(file: Path, scripted: Any):
    done = tuned(file, scripted, "--tokens", "5")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "no way that was tried keeps to 5 tokens; the nearest is self-consistency, 1" in done.stderr


@pytest.mark.parametrize("aim", [(), ("--tokens", "60", "--accuracy", "90")])
def test_there_is_one_aim(file: Path, scripted: Any, aim: tuple[str, ...]):
    done = tuned(file, scripted, *aim)

    assert (done.exit_code, scripted.asked) == (2, [])
    assert "name one aim" in done.stderr


@given(st.sets(st.text(min_size=1), min_size=2), st.integers(0, 9), st.randoms())
def test_halves_hold_everything_once_in_whatever_order_it_comes(names: set[str], seed: int, order: Any):
    problems = [Problem(name, "?", "!") for name in names]
    one, other = halves(problems, seed)
    order.shuffle(problems)

    assert abs(len(one) - len(other)) <= 1
    assert {half.id for half in (*one, *other)} == names
    assert halves(problems, seed) == (one, other)


def test_one_problem_has_no_halves():
    with pytest.raises(Failed, match="can't be split"):
        halves([Problem("a", "?", "!")], 1)
