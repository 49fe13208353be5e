"""Any process may be killed while a request runs: the client hears of it, `its up` says who, nothing stays."""

import signal
from collections.abc import Iterator
from typing import Any

import openai
import pytest

QUESTION: Any = [{"role": "user", "content": "What is 3 + 4?"}]


@pytest.mark.parametrize("section", ["generator", "reward", "orchestrator", "gateway"])
def test_a_death_is_told_to_the_client_and_by_its_up(started: Any, sdk: Any, gone: Any, section: str):
    with started() as up, sdk(up.url) as client:
        up.until("its: ready")
        services = up.services()
        stream = iter(_long_request(client))
        next(chunk for chunk in stream if "budget 1000" in str(chunk))
        services[section].send_signal(signal.SIGKILL)
        outcome = _outcome(stream)
        status = up.ended()

    assert outcome != "completed"
    assert status == 1, up.output
    assert f"its: {section} was killed by SIGKILL" in up.output
    assert all(gone(service) for service in services.values())


def _long_request(client: openai.OpenAI) -> openai.Stream[Any]:
    """Ask for more than can be done soon: best-of-n needs the generator and the reward service all the time."""
    ours = {"budget": 1000, "its": {"progress": True}}
    return client.chat.completions.create(model="its-tiny:best-of-n", messages=QUESTION, stream=True, extra_body=ours)


def _outcome(stream: Iterator[Any]) -> str:
    """Return the error's message, or why the answer was cut short: what was done before a death isn't lost."""
    try:
        *_, last = stream
    except openai.APIError as error:
        return f"error: {error.message}"
    return last.model_extra["its"]["stopped_by"]
