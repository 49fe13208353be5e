"""`its report`: a table, curves and a page from the rows of a folder, and from nothing else."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from its_cli.__main__ import app
from its_cli.evaluating.folder import About, claim
from its_cli.evaluating.job import Key
from its_cli.evaluating.journal import open_journal
from its_cli.evaluating.row import Candidate, Row, ScoreRange

Filled = Callable[..., Path]


def row(key: Key, rights: Sequence[bool], *, scored: bool, chosen: int = 0) -> Row:
    candidates = [
        Candidate(
            text=f"{right}",
            final_answer=f"{right}",
            score=0.5 + right / 4 if scored else None,
            confidence=None if scored else right - 2.0,
            stop_reason="eos",
            completion_tokens=10,
            right=right,
            group=int(not right),
        )
        for right in rights
    ]
    return Row(
        **key._asdict(),
        question="?",
        reference="True",
        request_seed=1,
        model="m",
        answer="",
        final_answer=None,
        right=rights[chosen],
        candidates=tuple(candidates),
        parameters={},
        score_range=ScoreRange(low=0, high=1) if scored else None,
        ledger={"completion_tokens": 10 * len(rights), "reward_tokens": 8, "cached_reward_tokens": 2},
        stopped_by="completed",
        trace_id="t",
        started="2026-01-01T00:00:00+00:00",
        seconds=0.5,
    )


@pytest.fixture
def filled(tmp_path: Path) -> Filled:
    """Fills a folder with rows of four problems; the wrong samples of best-of-n are never chosen."""

    def fill(algorithms: Sequence[str]) -> Path:
        claim(tmp_path, About(file="file.jsonl", sha256="0" * 64, model="m", commands=("its eval file.jsonl",)), ())
        with open_journal(tmp_path) as journal:
            for algorithm in algorithms:
                for number in range(4):
                    rights = (False, number > 0, True, False)
                    chosen = 2 if algorithm == "best-of-n" else 1
                    scored = algorithm == "best-of-n"
                    journal.append(row(Key(f"p{number}", algorithm, 4, 1), rights, scored=scored, chosen=chosen))
        return tmp_path

    return fill


def reported(folder: Path) -> str:
    done = CliRunner().invoke(app, ["report", str(folder)], catch_exceptions=False)
    assert done.exit_code == 0
    return (folder / "report.md").read_text()


def lines(markdown: str, first: str) -> list[list[str]]:
    """Return the cells of the lines whose first cell is `first`."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines()]
    return [line for line in cells if line[0] == first]


def test_each_way_has_its_accuracy_its_cost_and_its_paired_difference(filled: Filled):
    markdown = reported(filled(["self-consistency", "best-of-n"]))

    (base,), (other,) = lines(markdown, "self-consistency"), lines(markdown, "best-of-n")
    assert base[:3] + base[5:] == ["self-consistency", "4", "4", "", "40", "6", "0.50"]
    assert (base[3].split()[0], other[3]) == ("75.0", "100.0 (100.0–100.0)")
    assert other[5].split()[0] == "+25.0"


def test_smaller_budgets_come_from_the_recorded_samples(filled: Filled):
    markdown = reported(filled(["best-of-n"]))

    assert "`" not in markdown.replace("```", "")
    (header,) = lines(markdown, "k")
    assert header == ["k", "pass@k %", "maj@k %", "BoN@k %", "weighted@k %", "tokens"]
    (one,), (four,) = lines(markdown, "1"), lines(markdown, "4")
    assert [cell.split()[0] for cell in one] == ["1", "43.8", "43.8", "43.8", "43.8", "10"]
    assert [cell.split()[0] for cell in four] == ["4", "100.0", "37.5", "100.0", "75.0", "40"]
    assert "equal votes draw lots" in markdown


def test_confidence_breaks_the_ties_of_a_vote_where_it_is_known(filled: Filled):
    markdown = reported(filled(["self-consistency"]))

    assert lines(markdown, "4")[0][2].split()[0] == "75.0"
    assert "draw lots" not in markdown


def test_each_rule_takes_the_samples_that_tell_it_most(filled: Filled):
    markdown = reported(filled(["best-of-n", "self-consistency"]))

    assert "self-consistency, 4 for pass@k, maj@k; of best-of-n, 4 for BoN@k, weighted@k" in markdown
    (four,) = lines(markdown, "4")
    assert [cell.split()[0] for cell in four] == ["4", "100.0", "75.0", "100.0", "75.0", "40"]


def test_without_the_range_of_scores_nothing_is_weighed(filled: Filled):
    folder = filled(["best-of-n"])
    path = folder / "rows.jsonl"
    path.write_text(path.read_text().replace('"score_range":{"low":0.0,"high":1.0},', ""))

    assert lines(reported(folder), "k") == [["k", "pass@k %", "maj@k %", "BoN@k %", "tokens"]]


def test_without_scores_nothing_is_said_of_what_needs_them(filled: Filled):
    markdown = reported(filled(["self-consistency"]))

    assert lines(markdown, "k") == [["k", "pass@k %", "maj@k %", "tokens"]]


def test_temperatures_are_told_where_they_differ_alone(filled: Filled):
    folder = filled(["best-of-n", "beam-search"])
    assert "emperatures differ" not in reported(folder)
    path = folder / "rows.jsonl"
    first, *rest = path.read_text().splitlines(keepends=True)
    path.write_text(first.replace('"parameters":{}', '"parameters":{"temperature":0.8}') + "".join(rest))

    assert "0.8 for best-of-n; the profile's for best-of-n, beam-search" in reported(folder)


def test_searches_are_not_chosen_again(filled: Filled):
    markdown = reported(filled(["beam-search"]))

    assert lines(markdown, "beam-search")
    assert "otherwise chosen" not in markdown


@pytest.mark.parametrize("name", ["samples", "tokens", "seconds"])
def test_a_chart_draws_every_algorithm_and_the_front(filled: Filled, name: str):
    folder = filled(["self-consistency", "best-of-n", "beam-search"])
    reported(folder)

    svg = ET.parse(folder / f"{name}.svg").getroot()
    texts = {element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert {"self-consistency", "best-of-n", "beam-search", "Pareto front"} <= texts
    tips = [element.text or "" for element in svg.iter("{http://www.w3.org/2000/svg}title")]
    assert any(tip.startswith("beam-search, 4: 75.0 %") for tip in tips)


def test_what_selects_by_score_is_drawn_from_its_samples_and_what_searches_as_it_ran(filled: Filled):
    folder = filled(["best-of-n", "beam-search"])
    reported(folder)

    tips = [element.text or "" for element in ET.parse(folder / "samples.svg").getroot().iter()]
    spots = {tip.partition(":")[0] for tip in tips if " % (" in tip}
    recorded = {f"{name}, {k}" for name in ("best-of-n", "weighted-best-of-n", "majority (maj@k)") for k in (1, 2, 4)}
    assert spots == recorded | {"beam-search, 4"}


def test_a_generator_that_counts_no_tokens_leaves_out_their_figure_alone(filled: Filled):
    folder = filled(["best-of-n"])
    path = folder / "rows.jsonl"
    path.write_text(path.read_text().replace('"completion_tokens":40', '"completion_tokens":0'))
    reported(folder)

    assert {one.name for one in folder.glob("*.svg")} == {"samples.svg", "seconds.svg"}


def test_a_legend_of_many_algorithms_stays_inside(filled: Filled):
    folder = filled([f"search-{number}" for number in range(25)])
    reported(folder)

    svg = ET.parse(folder / "samples.svg").getroot()
    lowest = max(float(one.get("y", "0")) for one in svg.iter("{http://www.w3.org/2000/svg}text"))
    assert lowest <= float(svg.get("viewBox", "").split()[-1])


def test_the_page_holds_all_and_asks_nobody_for_anything(filled: Filled):
    folder = filled(["self-consistency", "best-of-n"])
    reported(folder)
    page = (folder / "report.html").read_text()

    assert page.count("<svg") == 3
    assert "its eval file.jsonl" in page
    links = set(re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?[^\"')>]+", page))
    assert links == set()


def test_a_folder_without_rows_says_what_to_do(tmp_path: Path):
    done = CliRunner().invoke(app, ["report", str(tmp_path)])

    assert done.exit_code == 2
    assert f"its eval FILE.jsonl --out {tmp_path}" in " ".join(done.stderr.split())


def test_an_evaluation_that_goes_on_can_be_reported(filled: Filled):
    folder = filled(["best-of-n"])
    with open_journal(folder), (folder / "rows.jsonl").open("ab") as file:
        file.write(b'{"problem": "torn')
        file.flush()

        assert lines(reported(folder), "best-of-n")[0][2] == "4"
