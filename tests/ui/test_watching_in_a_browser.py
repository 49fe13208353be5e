"""In a real browser, a search is drawn while it goes on, to its end, and what is drawn is what happened."""

import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all
QUESTION = (
    "At first Anna has 5 toys. On Thursday Anna loses 3. On Friday Anna has 8 times as many. "
    "On Saturday Anna finds 6. How many toys are there now?"
)


async def ask(page, *, seed=5, budget=16, question=QUESTION):
    await page.wait_for_selector("form.ask select")
    await page.fill("#field-question", question)
    await page.fill("#field-budget", str(budget))
    await page.fill("#field-seed", str(seed))
    await page.click("text=Ask and watch")
    await page.wait_for_selector(".tree .step")
    return (await page.get_attribute(".view", "data-trace")) or ""


async def to_the_end(page):
    await page.wait_for_selector('.view[data-told="all"]')
    await page.click("text=To the end")
    await page.wait_for_selector('.view[data-shown="answer"]')


def events(system, trace, kind):
    return [one[kind] for one in system.get(f"/v1/traces/{trace}")["events"] if kind in one]


async def test_a_live_search_is_drawn_to_its_end(visit, system, kept):
    page = await visit()
    trace = await ask(page)
    await page.wait_for_selector(".tree .cross")
    await kept(page, "live")
    await page.wait_for_selector('.view[data-shown="answer"]')
    await page.click(".tree .step.on .dot >> nth=1")
    await kept(page, "finished")

    answer = events(system, trace, "answer")[0]
    chosen = next(one for one in answer["candidates"] if one.get("chosen"))
    dropped = [one for each in events(system, trace, "resampled") for one in each.get("dropped_ids", [])]
    assert await page.locator(".tree .cross").count() == len(dropped) > 0
    assert await page.locator(".tree .step").count() == len(events(system, trace, "step"))
    assert await page.locator(".tree .answer.on").text_content() == f"★ {chosen['final_answer']}"
    assert await page.locator(".tree .step.on").count() == len(chosen["step_scores"])
    assert f"The answer is {chosen['final_answer']}" in await page.locator(".now").text_content()
    assert answer["message"]["content"][0]["text"].strip() in await page.locator(".side").text_content()
    assert await page.locator("h2").text_content() == QUESTION


async def test_a_question_is_text_even_when_it_looks_like_markup(visit):
    page = await visit()
    await ask(page, question="<img src=x onerror=alert(1)> What is 1+1?", budget=2)

    assert await page.locator("h2").text_content() == "<img src=x onerror=alert(1)> What is 1+1?"
    assert await page.locator("img").count() == 0


async def test_two_algorithms_stand_side_by_side(visit, system, kept):
    page = await visit(color_scheme="dark")
    await page.click("text=Compare")
    await page.wait_for_selector("form.ask select")
    await page.fill("#field-seed", "4")
    await page.click("text=Ask both")
    await page.locator('.view[data-told="all"]').nth(1).wait_for()
    for button in await page.locator("text=To the end").all():
        await button.click()
    await kept(page, "comparison")

    traces = [await one.get_attribute("data-trace") for one in await page.locator(".view").all()]
    algorithms = [system.get(f"/v1/traces/{one}")["info"]["algorithm"] for one in traces]
    assert algorithms == ["best-of-n", "particle-filtering"]
    assert await page.locator(".view .answer.on").count() == 2


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


async def test_a_pipeline_is_a_tree_of_what_its_stages_leave(visit):
    page = await visit()
    lanes = await page.evaluate(PIPELINE)

    assert lanes == [
        {"id": "a", "parent": None, "steps": ["plan A", "plan A, better"], "dropped": True, "chosen": False},
        {
            "id": "b",
            "parent": None,
            "steps": ["plan B", "plan B, better", "plan B, better"],
            "dropped": False,
            "chosen": True,
        },
        {"id": "b2", "parent": "b", "steps": ["plan B, otherwise"], "dropped": True, "chosen": False},
    ]


async def test_rows_that_are_none_are_refused_in_words(visit, tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text("hello")
    page = await visit()
    await page.click("text=Curves")
    await page.set_input_files("#rows", file)

    assert "no rows of an evaluation" in await page.locator("[role=alert]").text_content()


async def test_steps_are_read_with_the_keyboard_alone(visit):
    page = await visit()
    await ask(page)
    await to_the_end(page)
    await page.locator('.tree .step[tabindex="0"]').focus()
    await page.keyboard.press("Enter")
    first = await page.locator(".looked h3").text_content()
    await page.keyboard.press("ArrowRight")
    second = await page.locator(".looked h3").text_content()
    named = await page.evaluate("document.activeElement.getAttribute('aria-label')")

    assert first.endswith("step 1")
    assert second.endswith("step 2")
    assert named.startswith(second)


async def test_who_wants_no_motion_sees_the_end_at_once(visit):
    page = await visit(reduced_motion="reduce")
    await ask(page)
    await page.wait_for_selector('.view[data-shown="answer"]')

    assert await page.locator(".player button >> nth=1").text_content() == "Play"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_are_legible_on_a_phone_and_nothing_is_wider_than_it(visit, scheme, kept):
    page = await visit(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    await ask(page)
    await to_the_end(page)
    await kept(page, f"phone-{scheme}")

    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    assert await page.evaluate(POOR_CONTRASTS) == []


async def test_every_control_has_a_name(visit):
    page = await visit()
    for path in ("#/", "#/compare", "#/curves"):
        await page.evaluate(f"location.hash = {path!r}")
        await page.wait_for_selector("main h2")
        nameless = await page.evaluate(NAMELESS)
        assert nameless == [], path


async def test_another_key_sees_none_of_it_and_no_key_is_told_what_to_do(visit, seen, system):
    assert system.get("/v1/traces")["data"]
    theirs = await visit(key="theirs")
    await theirs.wait_for_selector("text=None yet")
    nobody = await visit(key="")
    await nobody.wait_for_selector("[role=alert]")

    assert "there is no key" in await nobody.locator("[role=alert]").first.text_content()
    await nobody.fill("#key-field", "ours")
    await nobody.click("text=Use")
    await nobody.wait_for_selector("table.runs a")
    seen.complaints[:] = [one for one in seen.complaints if "401" not in one]


PIPELINE = """import('./ui/search.js').then(({ Search }) => {
  const stage = (stage, items) => ({ stage_ended: { turn_id: '0', stage, items } });
  const search = new Search([
    stage('search', [{ id: 'a', text: 'plan A' }, { id: 'b', text: 'plan B' }]),
    stage('editing', [
      { id: 'a1', parent_ids: ['a'], text: 'plan A, better' },
      { id: 'b1', parent_ids: ['b'], text: 'plan B, better' },
      { id: 'b2', parent_ids: ['b'], text: 'plan B, otherwise' },
    ]),
    stage('selection', [{ id: 'b3', parent_ids: ['b1'], text: 'plan B, better', score: 0.9 }]),
  ]);
  return [...search.lanes.values()].map(({ id, parent, steps, dropped, chosen }) =>
    ({ id, parent, steps: steps.map((one) => one.text), dropped, chosen }));
})"""
NAMELESS = """[...document.querySelectorAll('button, input, select, textarea, a')]
  .filter((one) => !(one.labels?.length || one.textContent.trim() || one.getAttribute('aria-label')))
  .map((one) => one.outerHTML)"""
POOR_CONTRASTS = """(() => {
  const light = (color) => color.match(/[\\d.]+/g).slice(0, 3).map((one) => one / 255)
    .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (one) => {
    while (one && getComputedStyle(one).backgroundColor === 'rgba(0, 0, 0, 0)') one = one.parentElement;
    return getComputedStyle(one ?? document.body).backgroundColor;
  };
  return [...document.querySelectorAll('p, li, h2, h3, a, span.figure, span.name, button, label, summary, td, th')]
    .filter((one) => one.textContent.trim())
    .map((one) => {
      const [a, b] = [light(getComputedStyle(one).color), light(ground(one))].sort((x, y) => y - x);
      return [one.textContent.trim().slice(0, 40), (a + 0.05) / (b + 0.05)];
    })
    .filter(([, ratio]) => ratio < 4.5);
})()"""
