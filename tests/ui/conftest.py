"""A whole system with keys, and a real browser in front of it.

The browser is looked for under the names that it has; where there is none, or no driver, the tests are skipped.
`ITS_SCREENSHOTS=docs/images make test-ui` keeps what it saw.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from its_cli.layout import free_ports
from its_gateway.keys import Key, change, digest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 60
QUESTION = (
    "There are 24 people on a ferry. At the zoo one person in 2 stays. At the station there are 7 times as many "
    "people. At the harbour 5 people get on. At the school 4 more come on board. At the market 3 people get off. "
    "How many people does the ferry carry in the end?"
)


@dataclass
class System:
    """A running `its up`."""

    url: str
    folder: Path

    def get(self, path: str, key: str = "ours") -> Any:
        return httpx.get(f"{self.url}{path}", headers={"authorization": f"Bearer {key}"}, trust_env=False).json()


@dataclass
class Seen:
    """What a page asked for and complained of."""

    urls: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Where the browser is."""
    pytest.importorskip("playwright.async_api", reason="no driver of browsers is here; `make test-ui` brings it")
    found = os.environ.get("ITS_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip("no browser is here: `apt-get install chromium`, or name one with ITS_CHROMIUM")
    return found


@pytest.fixture(scope="session")
def system(browser_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The four processes with their small models, two keys, and a store of runs."""
    folder = tmp_path_factory.mktemp("system")
    ports = free_ports()
    made = {name: Key(id=f"tenant-{name}", sha256=digest(name)) for name in ("ours", "theirs")}
    change(folder / "keys.json", lambda known: known.update(made))
    (folder / "its.yaml").write_text(json.dumps(_configuration(folder, ports)))
    command = (sys.executable, "-m", "its_cli", "up", "--config", str(folder / "its.yaml"))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        said = ""
        for line in process.stdout:
            said += line
            if "its: ready" in line:
                break
        assert "its: ready" in said, said
        draining = subprocess.Popen(("cat",), stdin=process.stdout, stdout=subprocess.DEVNULL)
        try:
            yield System(f"http://127.0.0.1:{ports[3]}", folder)
        finally:
            process.terminate()
            process.wait(SECONDS)
            draining.wait(SECONDS)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(browser_path: str) -> AsyncIterator[Any]:
    """A browser without a window."""
    driver = pytest.importorskip("playwright.async_api")
    async with driver.async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        try:
            yield found
        finally:
            await found.close()


@pytest.fixture
def seen() -> Seen:
    """What the test's pages asked for and complained of."""
    return Seen()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Any, system: System, seen: Seen) -> AsyncIterator[Any]:
    """Opens the page with a key: `page = await visit(color_scheme="dark")`. Nothing may complain, nor leave home."""

    pages: list[Any] = []

    async def open_page(key: str = "ours", **options: Any) -> Any:
        page = await browser.new_page(
            **{"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", **options}
        )
        pages.append(page)
        page.set_default_timeout(30_000)
        page.on("request", lambda request: seen.urls.append(request.url))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("console", lambda told: seen.complaints.append(told.text) if told.type == "error" else None)
        await page.add_init_script(f"sessionStorage.setItem('its-key', {json.dumps(key)})")
        await page.goto(f"{system.url}/ui")
        return page

    yield open_page
    for page in pages:
        await page.close()
    assert not seen.complaints
    assert all(url.startswith(system.url) for url in seen.urls)


@pytest.fixture
def question() -> str:
    """What is asked where nothing else is."""
    return QUESTION


@pytest.fixture
def ask() -> Any:
    """Asks on a page, and returns the id of the run once something is drawn: `trace = await ask(page, budget=8)`."""

    async def asking(page: Any, *, seed: int = 5, budget: int = 8, question: str = QUESTION, model: str = "") -> str:
        await page.wait_for_selector("form.ask select")
        await page.fill("#field-question", question)
        await page.fill("#field-budget", str(budget))
        await page.fill("#field-seed", str(seed))
        if model:
            await page.select_option("#field-model-and-algorithm", model)
        await page.click("text=Ask and watch")
        await page.wait_for_selector(".tree .step")
        return (await page.get_attribute(".view", "data-trace")) or ""

    return asking


@pytest.fixture
def to_the_end() -> Any:
    """Shows the last moment of every search on a page."""

    async def ending(page: Any, searches: int = 1) -> None:
        await page.locator('.view[data-told="all"]').nth(searches - 1).wait_for()
        for button in await page.locator('[aria-label="To the end"]').all():
            await button.click()
        await page.locator('.view[data-shown="answer"]').nth(searches - 1).wait_for()

    return ending


@pytest.fixture
def kept() -> Any:
    """Keeps a picture of a page where pictures are wanted: `await kept(page, "finished")`."""

    async def keep(page: Any, name: str) -> None:
        if folder := os.environ.get("ITS_SCREENSHOTS"):
            await page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")

    return keep


def _configuration(folder: Path, ports: list[int]) -> dict[str, Any]:
    generator, reward, orchestrator, gateway = ports
    return {
        "generator": {"port": generator, "models": {"its-tiny": {"backend": "embedded", "folder": "its-tiny"}}},
        "reward": {
            "port": reward,
            "models": {"its-tiny-reward": {"scorer": "likelihood", "engine": "embedded", "folder": "its-tiny-reward"}},
        },
        "orchestrator": {
            "port": orchestrator,
            "generator": f"127.0.0.1:{generator}",
            "reward": f"127.0.0.1:{reward}",
            "traces": {"url": f"sqlite:///{folder}/traces.sqlite"},
        },
        "gateway": {
            "port": gateway,
            "orchestrator": f"127.0.0.1:{orchestrator}",
            "keys": str(folder / "keys.json"),
            "reports": str(folder / "evals"),
        },
    }
