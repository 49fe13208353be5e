"""The seed's scripts run unchanged against four real processes, and a bound key stays where it is bound."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))

from upstream import Upstream, upstream

SCRIPTS = Path(__file__).parent / "seed"
KEY = "sk-bound-to-one-address"
QUESTION: Any = [{"role": "user", "content": "What is 2+2?"}]
Started = Callable[..., AbstractContextManager[Any]]


@dataclass
class Place:
    """A running system, and the servers behind it."""

    url: str
    config: Path
    honest: Upstream
    moving: Upstream
    stranger: Upstream


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, started: Started) -> Generator[Place, None, None]:
    """Four processes, a server whose key is known, one that moves, and a stranger to which it sends whoever asks."""
    config = tmp_path_factory.mktemp("seed") / "its.yaml"
    with (
        pytest.MonkeyPatch.context() as patch,
        upstream() as honest,
        upstream() as stranger,
        upstream(elsewhere=stranger.url) as moving,
    ):
        patch.setenv("UPSTREAM_KEY", KEY)
        patch.setenv("NO_PROXY", "*")
        config.write_text(yaml.safe_dump(_settings(config, honest, moving)))
        with started("--config", str(config)) as running:
            running.until("its: ready")
            yield Place(running.url, config, honest, moving, stranger)


def _settings(config: Path, honest: Upstream, moving: Upstream) -> dict[str, Any]:
    bound = {"backend": "openai", "model": "upstream-model", "api_key_env": "UPSTREAM_KEY", "max_retries": 0}
    return {
        "generator": {
            "models": {
                "its-tiny": {"backend": "embedded", "folder": "its-tiny"},
                "upstream-model": {**bound, "base_url": honest.url},
                "moving-model": {**bound, "base_url": moving.url},
            }
        },
        "orchestrator": {"state": str(config.parent / "state.json")},
        "gateway": {"endpoints": {honest.url: {"models": ["upstream-model"], "api_key_env": "UPSTREAM_KEY"}}},
    }


def run(place: Place, *command: str) -> str:
    """Run a script of the seed's; return what it printed."""
    told = {"SERVICE": place.url, "ENDPOINT": place.honest.url, "API_KEY": KEY}
    environment = {**os.environ, **told}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.skipif(not shutil.which("curl"), reason="the script is for curl")
def test_the_shell_script_configures_and_is_answered(place: Place):
    configured, body, header, models = map(json.loads, run(place, "sh", str(SCRIPTS / "ask.sh")).splitlines())

    assert configured["status"] == "success"
    assert body["choices"][0]["message"]["content"] == "The answer is \\boxed{4}"
    assert (body["its"]["algorithm"], body["its"]["budget"]["samples"]) == ("self-consistency", 4)
    assert body["its"]["parameters"]["exclude_tool_args"] == ["timestamp", "request_id", "id", "type"]
    assert header["its"]["budget"]["samples"] == 3
    assert models["data"][0]["id"] == "upstream-model"
    assert set(place.honest.keys) == {f"Bearer {KEY}"}


def test_the_python_script_configures_and_is_answered(place: Place):
    said = run(place, sys.executable, str(SCRIPTS / "ask.py")).splitlines()

    assert said[0] == "200 success"
    assert said[1].startswith("200 ['choices', 'created', 'id'")
    assert "its" not in said[1].replace("its-tiny", "")
    assert said[2] == "particle-filtering 2"


def test_configuring_disturbs_no_running_answer(place: Place):
    with (
        httpx.Client(base_url=place.url, trust_env=False) as http,
        openai.OpenAI(
            base_url=f"{place.url}/v1", api_key="none", max_retries=0, http_client=httpx.Client(trust_env=False)
        ) as client,
    ):
        _configure(http, alg="self-consistency")
        asked = {"model": "mine", "messages": QUESTION, "stream": True, "extra_body": {"budget": 8}}
        with client.chat.completions.create(**asked) as stream:
            chunks = [next(stream)]
            _configure(http, alg="best-of-n")
            chunks += stream
        later = client.chat.completions.create(model="mine", messages=QUESTION, extra_body={"budget": 2})

    assert chunks[-1].choices[0].finish_reason
    assert chunks[-1].model_extra["its"]["algorithm"] == "self-consistency"
    assert later.model_extra["its"]["algorithm"] == "best-of-n"


def _configure(http: httpx.Client, **said: object) -> None:
    made = http.post("/configure", json={"model": "its-tiny", "profile": "mine", **said})
    assert made.status_code == 200, made.text
    assert made.json()["kept"]


def test_a_key_goes_to_no_other_address_by_redirect_header_or_body(place: Place):
    asked = {"model": "moving-model", "messages": QUESTION, "budget": 1}
    with httpx.Client(base_url=place.url, trust_env=False) as http:
        moved = http.post("/v1/chat/completions", json=asked)
        header = http.post("/v1/chat/completions", json=asked, headers={"X-ITS-Endpoint": place.stranger.url})
        body = http.post("/v1/chat/completions", json={**asked, "endpoint": place.stranger.url})
        given = {"model": "upstream-model", "alg": "best-of-n", "endpoint": place.stranger.url, "api_key": KEY}
        configured = http.post("/configure", json=given)

    assert place.moving.keys == [f"Bearer {KEY}"]
    assert (moved.status_code, header.status_code, body.status_code, configured.status_code) == (400, 403, 400, 403)
    assert "status 307" in moved.json()["error"]["message"]
    assert place.stranger.keys == []
    assert KEY not in moved.text + header.text + body.text + configured.text


def test_what_was_configured_outlives_the_processes(place: Place, started: Started):
    with httpx.Client(base_url=place.url, trust_env=False) as http:
        _configure(http, alg="best-of-n", budget=3)
    with started("--config", str(place.config)) as again:
        again.until("its: ready")
        with httpx.Client(base_url=again.url, trust_env=False) as http:
            mine = http.get("/v1/models/mine").json()

    assert (mine["its"]["algorithm"], mine["its"]["budget"]) == ("best-of-n", {"samples": 3})
