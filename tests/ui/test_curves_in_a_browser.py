"""Curves of accuracy are drawn from the rows of an evaluation."""

import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_curves_are_drawn_of_the_rows_of_an_evaluation(visit, tmp_path, kept):
    rows = [
        {"algorithm": name, "budget": budget, "right": number < right, "ledger": {"completion_tokens": 50 * budget}}
        for name, rights in (("best-of-n", {1: 5, 4: 8, 16: 10}), ("beam-search", {4: 9, 16: 12}))
        for budget, right in rights.items()
        for number in range(20)
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    page = await visit()
    await page.click("text=Curves")
    await page.set_input_files("#rows", file)
    await page.select_option("#cost", "tokens")
    await kept(page, "curves")

    cells = await page.locator("tbody tr").first.locator("td").all_text_contents()
    assert cells == ["best-of-n", "1", "20", "25.0%", "11.2% to 46.9%", "50"]
    assert await page.locator("polyline.curve").count() == 2
    assert await page.locator("text.mark").count() == 5


async def test_rows_that_are_none_are_refused_in_words(visit, tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text("hello")
    page = await visit()
    await page.click("text=Curves")
    await page.set_input_files("#rows", file)

    assert "no rows of an evaluation" in await page.locator("[role=alert]").text_content()
