"""`its ask --algorithm` works for each: on the embedded models, and on models behind servers of OpenAI's protocol."""

import json
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from its_orchestrator.algorithms import BUILTIN, Algorithm, StepSearch
from its_orchestrator.algorithms._judged import Judged

sys.path.insert(0, str(Path(__file__).parent))

from upstream import Upstream, upstream

QUESTION = "Anna has 3 apples. Ben gives Anna 4 apples. How many apples does Anna have now?"
MARKS = {"end with the line `Best: ": "Best: 1", "end with the line `Grade: ": "Two is odd. Grade: 5"}
"""What tells that a verdict is asked for, and the verdict; plans and answers are asked for otherwise."""
PLAN = "1. Count upwards.\n2. Count downwards."
INSIDE = [kind for kind in BUILTIN if not issubclass(kind, StepSearch)]
"""Those that need no prefix to be continued: what a hosted model can do."""
Started = Callable[..., AbstractContextManager[Any]]


def say(body: dict[str, Any], choice: int) -> str:
    """Plan, judge, or give one of three answers."""
    asked = body["messages"][-1]["content"].lower()
    if "different approaches" in asked:
        return PLAN
    verdicts = (verdict for mark, verdict in MARKS.items() if mark.lower() in asked)
    return next(verdicts, f"So it is \\boxed{{{choice % 3}}}")


@dataclass
class Relays:
    """A system whose models are behind servers of OpenAI's protocol: one that is scripted, and our own gateway."""

    url: str
    scripted: Upstream


@pytest.fixture(scope="module")
def relays(tmp_path_factory: pytest.TempPathFactory, started: Started, up: Any) -> Generator[Relays, None, None]:
    config = tmp_path_factory.mktemp("relays") / "its.yaml"
    with pytest.MonkeyPatch.context() as patch, upstream(say=say) as scripted:
        patch.setenv("NO_PROXY", "*")
        models = {
            "scripted": {"backend": "openai", "base_url": scripted.url, "model": "any"},
            "ours": {"backend": "openai", "base_url": f"{up.url}/v1", "model": "its-tiny"},
        }
        config.write_text(yaml.safe_dump({"generator": {"models": models}}))
        with started("--config", str(config)) as running:
            running.until("its: ready")
            yield Relays(running.url, scripted)


def asked(its: Any, url: str, algorithm: str, *more: str) -> dict[str, Any]:
    """Return what the `its` block of an answer tells."""
    shown = its(
        "ask", "--json", "--algorithm", algorithm, "--budget", "8", "--seed", "1", "--url", url, *more, QUESTION
    )
    assert shown.exit_code == 0, shown.stderr
    told: dict[str, Any] = json.loads(shown.stdout)["its"]
    assert told["algorithm"] == algorithm
    assert 1 <= told["ledger"]["samples"] <= 8
    return told


@pytest.mark.parametrize("kind", BUILTIN, ids=lambda kind: kind.name)
def test_it_answers_on_the_embedded_models(up: Any, its: Any, kind: type[Algorithm]):
    assert any(one["chosen"] for one in asked(its, up.url, kind.name)["candidates"])


@pytest.mark.parametrize("kind", INSIDE, ids=lambda kind: kind.name)
def test_it_answers_on_a_model_behind_our_own_gateway(relays: Relays, its: Any, kind: type[Algorithm]):
    assert asked(its, relays.url, kind.name, "--model", "ours")["model"]["name"] == "ours"


@pytest.mark.parametrize(
    "kind", [kind for kind in BUILTIN if issubclass(kind, Judged) or kind.writes], ids=lambda kind: kind.name
)
def test_judges_and_writers_behind_another_server_are_understood(relays: Relays, its: Any, kind: type[Algorithm]):
    relays.scripted.bodies.clear()
    told = asked(its, relays.url, kind.name, "--model", "scripted")

    assert told["stopped_by"] in {"completed", "decided"}, "no verdict may fail or be misunderstood"
    assert any(body["messages"][-1]["content"] != QUESTION for body in relays.scripted.bodies)


@pytest.mark.parametrize("kind", [kind for kind in BUILTIN if issubclass(kind, StepSearch)], ids=lambda kind: kind.name)
def test_what_a_hosted_model_can_not_do_is_refused_before_anything_is_spent(
    relays: Relays, its: Any, kind: type[Algorithm]
):
    relays.scripted.bodies.clear()
    shown = its("ask", "--algorithm", kind.name, "--budget", "8", "--url", relays.url, QUESTION)

    assert shown.exit_code == 2
    assert "needs a generator that continues a prefix" in shown.stderr
    assert "self-consistency" in shown.stderr, "what would work is told"
    assert relays.scripted.bodies == []
