"""In a real browser, a search is drawn while it goes on, to its end, and what is drawn is what happened."""

import re

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all


def events(system, trace, kind):
    return [one[kind] for one in system.get(f"/v1/traces/{trace}")["events"] if kind in one]


async def test_a_live_search_is_drawn_to_its_end(visit, system, ask, question, kept):
    page = await visit(viewport={"width": 1280, "height": 1000})
    trace = await ask(page)
    await page.select_option(".player select", "4")
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
    assert f"The answer is {chosen['final_answer']}: it scored" in await page.locator(".now").text_content()
    assert await page.locator("h2").text_content() == question


async def test_who_was_dropped_and_why_is_told(visit, system, ask, to_the_end):
    page = await visit()
    trace = await ask(page)
    await to_the_end(page)
    await page.locator(".tree .step.dropped .dot").last.click()
    told = await page.locator(".looked").text_content()
    await page.click("text=All candidates as a table")
    await page.wait_for_selector(".view tbody tr")
    rows = [await row.locator("td").all_text_contents() for row in await page.locator(".view tbody tr").all()]

    fates = {row[0]: row[6] for row in rows if row[4] == "dropped"}
    due = {
        one["candidate_id"]: one.get("times", 0)
        for each in events(system, trace, "resampled")
        for one in each["expected"]
    }
    assert re.search(r"Dropped after step \d+", told)
    assert fates
    for name, fate in fates.items():
        assert fate.endswith("its score was worth next to nothing.") == (due[name] < 0.005), name


async def test_each_candidate_has_what_it_wrote_from_its_first_step_on(visit, system, ask, to_the_end):
    page = await visit()
    trace = await ask(page)
    await to_the_end(page)
    await page.locator(".tree .step.on .dot").last.click()

    chosen = next(one for one in events(system, trace, "answer")[0]["candidates"] if one.get("chosen"))
    steps = await page.locator(".looked .steps li").all()
    scores = [await one.locator(".figure").text_content() for one in steps]
    assert scores == [f"{one:.2f}" for one in chosen["step_scores"]]
    assert await page.locator(".looked .here").count() == 1


async def test_mathematics_is_drawn_and_everything_else_is_text(visit):
    page = await visit()
    drawn = await page.evaluate(PROSE, r"So $\frac{1}{2}$ of <b>$5 and $6</b> is \boxed{3}, \nothing{4}")

    assert drawn["mathematics"] == 2
    assert drawn["bold"] == 0
    assert "<b>$5 and $6</b> is" in drawn["text"]
    assert r"\nothing{4}" in drawn["text"]


async def test_what_a_text_may_do_with_its_mathematics_is_draw(visit, seen):
    page = await visit()
    drawn = await page.evaluate(
        PROSE, r"$\href{javascript:alert(1)}{x}$ $\unknown$ \frac{1}{ $$\begin{pmatrix}1&2\end{pmatrix}$$"
    )

    assert drawn["links"] == 0
    assert drawn["mathematics"] >= 1
    assert r"\unknown" in drawn["text"]
    assert r"\frac{1}{" in drawn["text"]


async def test_certain_text_is_told_with_its_time(visit, system, ask, to_the_end):
    page = await visit()
    trace = await ask(page)
    await to_the_end(page)

    told = await page.locator(".plain li").count()
    assert told == len(events(system, trace, "committed")) > 1
    assert await page.locator(".tree .head.certain").count() > 0


async def test_time_is_told_by_what_was_waited_for(visit, system, ask, to_the_end):
    page = await visit()
    trace = await ask(page)
    await to_the_end(page)

    ledger = events(system, trace, "answer")[0]["ledger"]
    told = await page.locator(".panel", has_text="the generator writes").text_content()
    assert f"the generator writes{ledger['generator_seconds']:.2f} s" in told
    assert f"the reward model reads{ledger['reward_seconds']:.2f} s" in told


async def test_a_search_is_walked_through_moment_by_moment(visit, ask, to_the_end):
    page = await visit()
    await ask(page)
    await to_the_end(page)
    last = await page.locator(".now").text_content()
    await page.click('[aria-label="Previous moment"]')
    await page.evaluate(DRAWN)
    before = await page.locator(".now").text_content()
    await page.click('[aria-label="Next moment"]')
    await page.evaluate(DRAWN)
    after = await page.locator(".now").text_content()
    await page.locator('[aria-label="Moment of the search"]').fill("1")
    await page.wait_for_selector("text=particle-filtering begins: its-tiny will write 8 candidates")

    assert before != last == after


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("its-tiny:self-consistency", r"it got [\d.]+ of [\d.]+ votes"),
        ("its-tiny:best-of-n", r"the highest of 8 whole answers"),
        ("its-tiny:beam-search", r"The score of a whole answer is that of its weakest step"),
    ],
)
async def test_other_algorithms_tell_by_what_their_answer_won(visit, ask, to_the_end, model, why):
    page = await visit()
    await ask(page, budget=8, model=model)
    await to_the_end(page)

    assert re.search(why, await page.locator(".why").text_content())
    assert await page.locator(".tree .answer.on").count() == 1
    assert await page.locator(".guide p").first.text_content()


async def test_a_search_that_is_told_between_two_frames_is_played(visit, ask):
    page = await visit()
    await page.evaluate("""() => {
      const frame = window.requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (drawn) => setTimeout(() => frame(drawn), 2000);
      window.cancelAnimationFrame = clearTimeout;
    }""")

    await ask(page, budget=4, model="its-tiny:self-consistency")


async def test_a_question_is_text_even_when_it_looks_like_markup(visit, ask):
    page = await visit()
    await ask(page, question="<img src=x onerror=alert(1)> What is 1+1?", budget=2)

    assert await page.locator("h2").text_content() == "<img src=x onerror=alert(1)> What is 1+1?"
    assert await page.locator("img").count() == 0


async def test_a_pipeline_is_a_tree_of_what_its_stages_leave(visit):
    page = await visit()
    told = await page.evaluate(PIPELINE)

    assert told["stages"] == ["search", "editing", "selection"]
    assert told["outcome"] == "plan B, better"
    assert told["lanes"] == [
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


async def test_writing_and_judging_of_a_round_are_a_moment_each_however_they_mix(visit):
    page = await visit()

    assert await page.evaluate(MOMENTS) == ["step 2", "scored 2", "resampled 1", "step 2", "scored 1"]


DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
PROSE = """async (text) => {
  const { prose } = await import('./ui/math.js');
  const element = prose('p', {}, text);
  document.body.append(element);
  while (!globalThis.temml) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const count = (selector) => element.querySelectorAll(selector).length;
  return { mathematics: count('math'), bold: count('b'), links: count('a, [href]'), text: element.textContent };
}"""
MOMENTS = """import('./ui/moments.js').then(({ Moments }) => {
  const moments = new Moments();
  const step = (id) => ({ step: { candidate_id: id } });
  const scored = (id) => ({ scored: { scores: [{ candidate_id: id }] } });
  const mixed = [step('a'), scored('a'), step('b'), { progress: {} }, scored('b')];
  [...mixed, { resampled: {} }, ...mixed.slice(0, 3)].forEach((one) => moments.add(one));
  return moments.list.map(({ kind, events }) => `${kind} ${events.filter((one) => one[kind]).length}`);
})"""
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
  const lanes = [...search.lanes.values()].map(({ id, parent, steps, dropped, chosen }) =>
    ({ id, parent, steps: steps.map((one) => one.text), dropped, chosen }));
  return { lanes, stages: search.stages, outcome: search.outcome() };
})"""
