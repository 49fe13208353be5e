"""Two algorithms stand side by side on one question, and a sentence says what became of both."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_two_algorithms_stand_side_by_side(visit, system, to_the_end, kept):
    page = await visit(color_scheme="dark")
    await page.click("text=Compare")
    await page.wait_for_selector("form.ask select")
    await page.fill("#field-seed", "4")
    await page.click("text=Ask both")
    await to_the_end(page, searches=2)
    await kept(page, "comparison")

    traces = [await one.get_attribute("data-trace") for one in await page.locator(".view").all()]
    infos = [system.get(f"/v1/traces/{one}")["info"] for one in traces]
    said = await page.locator("main > div > .now").text_content()
    assert [one["algorithm"] for one in infos] == ["best-of-n", "particle-filtering"]
    assert await page.locator(".view .answer.on").count() == 2
    assert "({1} against {0})".format(*(int(one["ledger"]["completion_tokens"]) for one in infos)) in said
    assert "({1:.2f} s against {0:.2f} s)".format(*(one["seconds"] for one in infos)) in said


async def test_a_comparison_can_be_looked_at_again(visit, to_the_end):
    page = await visit()
    await page.click("text=Compare")
    await page.wait_for_selector("form.ask select")
    await page.click("text=Ask both")
    await to_the_end(page, searches=2)
    said = await page.locator("main > div > .now").text_content()
    again = await visit()
    await again.goto(page.url)
    await to_the_end(again, searches=2)

    assert await again.locator("main > div > .now").text_content() == said


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        ("90", "90", "Both say 90. b wrote 2.0 times as many tokens (200 against 100) and took about as long"),
        ("90", "7", "a says 90, b 7. b wrote"),
        (None, "", "a says no answer, b an answer in words. b wrote"),
    ],
)
async def test_what_became_of_both_is_a_sentence(visit, one, other, sentence):
    page = await visit()
    ends = [
        {"name": name, "answer": answer, "tokens": tokens, "seconds": 1}
        for name, answer, tokens in (("a", one, 100), ("b", other, 200))
    ]
    said = await page.evaluate("(ends) => import('./ui/compare.js').then((it) => it.compared(...ends))", ends)

    assert said.startswith(sentence)
