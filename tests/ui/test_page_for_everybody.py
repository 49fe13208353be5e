"""The page is for everybody: with a keyboard, on a phone, in the dark, without motion, and where something is wrong."""

from itertools import chain

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")
FAILED = {
    "info": {"trace_id": "x", "state": "TRACE_STATE_FAILED", "algorithm": "best-of-n", "error": "the generator is gone"}
}
CANCELLED = {"info": {"trace_id": "x", "state": "TRACE_STATE_CANCELLED", "algorithm": "best-of-n"}}
NOTHING = "data: [DONE]\n\n"


@pytest.fixture
def faults(axe):
    """What axe-core finds wrong with a page, a line for each."""

    async def found(page):
        said = (await axe.run(page)).response["violations"]
        return [f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']]}" for one in said]

    return found


@pytest.fixture(scope="session")
def axe():
    return pytest.importorskip("axe_playwright_python.async_playwright").Axe()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_wrong_with_any_part(visit, ask, to_the_end, faults, scheme):
    page = await visit(color_scheme=scheme, reduced_motion="reduce")
    await page.wait_for_selector("form.ask select")
    found = {"home": await faults(page)}
    await ask(page)
    await to_the_end(page)
    await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    await page.locator(".tree .step .dot").first.click()
    found["a search"] = await faults(page)
    for path in ("#/compare", "#/curves"):
        await page.evaluate(f"location.hash = {path!r}")
        await page.wait_for_selector("main select")
        found[path] = await faults(page)

    assert not [*chain.from_iterable(found.values())], found


async def test_axe_would_find_it(visit, faults):
    page = await visit()
    await page.evaluate("document.body.append(document.createElement('button'))")

    assert any(one.startswith("button-name") for one in await faults(page))


async def test_steps_are_read_with_the_keyboard_alone(visit, ask, to_the_end):
    page = await visit()
    await ask(page)
    await to_the_end(page)
    await page.locator('.tree .step[tabindex="0"]').focus()
    await page.keyboard.press("Enter")
    first = await page.locator(".looked h3").text_content()
    await page.keyboard.press("ArrowRight")
    second = await page.locator(".looked h3").text_content()
    named = await page.evaluate("document.activeElement.getAttribute('aria-label')")
    card = await page.locator(".card").text_content()

    assert first.endswith("step 1")
    assert second.endswith("step 2")
    assert named.startswith(second)
    assert card.startswith(second)


async def test_who_wants_no_motion_sees_the_end_at_once(visit, ask):
    page = await visit(reduced_motion="reduce")
    await ask(page)
    await page.wait_for_selector('.view[data-shown="answer"]')

    assert await page.locator(".player .toggle").text_content() == "Play"


async def test_who_steps_by_hand_is_read_each_moment_aloud_and_who_watches_is_not(visit, ask, to_the_end):
    page = await visit()
    await ask(page)
    await page.wait_for_selector('.now[aria-live="off"]')
    await to_the_end(page)

    assert await page.locator(".now").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_is_wider_than_a_phone(visit, ask, to_the_end, scheme, kept):
    page = await visit(viewport={"width": 375, "height": 812}, color_scheme=scheme)
    widths = {"home": await page.evaluate("document.documentElement.scrollWidth")}
    await ask(page)
    await to_the_end(page)
    await kept(page, f"phone-{scheme}")
    widths["a search"] = await page.evaluate("document.documentElement.scrollWidth")
    for path in ("#/compare", "#/curves"):
        await page.evaluate(f"location.hash = {path!r}")
        await page.wait_for_selector("main select")
        widths[path] = await page.evaluate("document.documentElement.scrollWidth")

    assert widths == dict.fromkeys(widths, 375)


async def test_another_key_sees_none_of_it_and_no_key_is_told_what_to_do(visit, seen, system, ask):
    await ask(await visit())
    theirs = await visit(key="theirs")
    await theirs.wait_for_selector("text=None yet")
    nobody = await visit(key="")
    await nobody.wait_for_selector("[role=alert]")

    assert "there is no key" in await nobody.locator("[role=alert]").first.text_content()
    await nobody.fill("#key-field", "ours")
    await nobody.click("text=Use")
    await nobody.wait_for_selector("table.runs a")
    seen.complaints[:] = [one for one in seen.complaints if "401" not in one]


async def test_a_gateway_that_is_gone_is_told_of_and_waited_for(visit, seen, ask):
    page = await visit()
    trace = await ask(page)
    await page.route("**/v1/traces/**", lambda route: route.abort())
    await page.reload()
    await page.wait_for_selector("text=The gateway doesn't answer. Is it running? It is tried again by itself.")
    await page.unroute("**/v1/traces/**")
    await page.wait_for_selector('.view[data-told="all"]')

    assert await page.locator(".view").get_attribute("data-trace") == trace
    assert await page.locator("main [role=alert]").text_content() == ""
    seen.complaints[:] = [one for one in seen.complaints if "ERR_FAILED" not in one]


async def test_a_run_that_is_not_kept_is_told_of(visit, seen):
    page = await visit()
    await page.evaluate("location.hash = '#/run/nope'")
    await page.wait_for_selector("main [role=alert] .error")

    assert "nope" in await page.locator("main [role=alert]").text_content()
    seen.complaints[:] = [one for one in seen.complaints if "404" not in one]


@pytest.mark.parametrize(
    ("run", "told"),
    [(FAILED, "It failed, and there is no answer: the generator is gone"), (CANCELLED, "Whoever asked left")],
)
async def test_a_run_without_an_answer_says_why(visit, run, told):
    page = await visit()
    await page.route("**/v1/traces/x", lambda route: route.fulfill(json=run))
    await page.route(
        "**/v1/traces/x/events", lambda route: route.fulfill(body=NOTHING, content_type="text/event-stream")
    )
    await page.evaluate("location.hash = '#/run/x'")
    await page.wait_for_selector("main [role=alert] .error")

    assert told in await page.locator("main [role=alert]").text_content()
    assert "There is none." in await page.locator(".panel", has_text="The answer").first.text_content()
