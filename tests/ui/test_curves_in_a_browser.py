"""Curves of accuracy are drawn of what the gateway knows, and from rows that are chosen by hand."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import its_models

pytestmark = pytest.mark.asyncio(loop_scope="session")
CURVES = {"best-of-n": {1: 5, 4: 8, 16: 10}, "beam-search": {4: 9, 16: 12}}


def rows(curves=None):
    """Rows of twenty problems, so many of which were solved."""
    return "".join(
        json.dumps(
            {"problem": f"{number}", "algorithm": name, "budget": budget, "right": number < right, **costs(budget)}
        )
        + "\n"
        for name, rights in (curves or CURVES).items()
        for budget, right in rights.items()
        for number in range(20)
    )


def costs(budget):
    return {"ledger": {"completion_tokens": 50 * budget}, "seconds": 0.1 * budget}


@pytest.fixture
def evaluation(system):
    """Makes a folder of an evaluation where the gateway looks for them."""

    def made(name, text):
        folder = system.folder / "evals" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "eval.json").write_text(json.dumps({"file": "problems.jsonl", "model": "its-tiny"}))
        (folder / "rows.jsonl").write_text(text)

    return made


@pytest.fixture
def evaluated(system, tmp_path):
    """A real evaluation: two algorithms, three budgets, forty problems that nobody trained on; removed afterwards."""
    heldout = (Path(its_models.__file__).parent / "heldout.jsonl").read_text().splitlines()
    problems, out = tmp_path / "forty.jsonl", system.folder / "evals/forty"
    problems.write_text("\n".join(heldout[:400:10]))
    asked = ("--algorithm", "self-consistency,particle-filtering", "--budget", "1,4,16", "--temperature", "1")
    command = (sys.executable, "-m", "its_cli", "eval", str(problems), *asked, "--url", system.url, "--out", str(out))
    subprocess.run(command, env=os.environ | {"ITS_API_KEY": "ours"}, capture_output=True, check=True)
    yield out
    shutil.rmtree(out)


async def test_evaluations_that_the_gateway_knows_are_drawn_at_once(visit, evaluation):
    evaluation("heldout", rows())
    page = await visit()
    await page.click("text=Curves")
    await page.wait_for_selector(".chart")
    await page.select_option("#field-against", "tokens")
    await page.hover('[data-name="beam-search"] .spot >> nth=1')

    assert await page.locator("#field-evaluation").text_content() == "heldout · its-tiny"
    assert "20 problems of problems.jsonl, solved by its-tiny." in await page.locator("main").text_content()
    assert await page.locator(".chart .line").count() == 2
    assert await page.locator(".chart .spot").count() == 5
    assert re.match(
        r"beam-search, 16: 60.0% \(38.7% to 78.1%\) at 800 tokens", await page.locator(".card").text_content()
    )


async def test_a_file_of_rows_is_drawn_the_same(visit, evaluation, tmp_path):
    evaluation("heldout", rows())
    file = tmp_path / "rows.jsonl"
    file.write_text(rows())
    page = await visit()
    await page.click("text=Curves")
    await page.wait_for_selector(".chart")
    for cost in ("samples", "tokens", "seconds"):
        await page.select_option("#field-against", cost)
        known = await page.locator("tbody").text_content()
        await page.set_input_files("#field-or-rows-from-a-file", file)
        await page.locator("option", has_text="rows.jsonl").wait_for(state="attached")
        assert await page.locator("tbody").text_content() == known
        await page.set_input_files("#field-or-rows-from-a-file", [])
        await page.locator("option", has_text="rows.jsonl").wait_for(state="detached")

    cells = await page.locator("tbody tr").first.locator("td").all_text_contents()
    assert cells == ["best-of-n", "1", "20", "25.0%", "11.2% to 46.9%", "0.1"]


async def test_what_was_evaluated_is_drawn_as_it_was_counted(visit, evaluated, kept):
    rows = [json.loads(line) for line in (evaluated / "rows.jsonl").read_text().splitlines()]
    page = await visit()
    await page.click("text=Curves")
    await page.select_option("#field-evaluation", label="forty · its-tiny")
    await page.wait_for_selector(".chart .spot >> nth=5")
    await page.select_option("#field-against", "tokens")
    await page.hover('[data-name="particle-filtering"] .spot >> nth=1')
    await kept(page, "curves")

    drawn = [await row.locator("td").all_text_contents() for row in await page.locator("tbody tr").all()]
    shown = {(name, int(budget)): accuracy for name, budget, _, accuracy, *_ in drawn}
    right = {pair: [row["right"] for row in rows if (row["algorithm"], row["budget"]) == pair] for pair in shown}
    assert len(rows) == 240
    assert shown == {pair: f"{sum(them) / 40:.1%}" for pair, them in right.items()}


async def test_the_front_is_what_nothing_beats_for_less(visit):
    page = await visit()
    spots = [
        {"cost": cost, "accuracy": accuracy} for cost, accuracy in ((4, 0.5), (1, 0.2), (2, 0.1), (4, 0.6), (8, 0.6))
    ]
    front = await page.evaluate("(spots) => import('./ui/ways.js').then((it) => it.front(spots))", spots)

    assert [one["cost"] for one in front] == [1, 4]
    assert front[1]["accuracy"] == 0.6


async def test_rows_that_are_none_are_refused_in_words(visit, tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text("hello")
    page = await visit()
    await page.click("text=Curves")
    await page.set_input_files("#field-or-rows-from-a-file", file)

    assert "no rows of an evaluation" in await page.locator("[role=alert]").text_content()
