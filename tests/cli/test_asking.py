"""Asking a gateway: what is sent, what is printed where, and how each failure ends."""

import json
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from its_cli.__main__ import app

ITS = {"algorithm": "best-of-n", "candidates": [], "seed": 7, "stopped_by": "completed", "ledger": {}}


def ask(scripted: Any, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["ask", "--url", scripted.url, *arguments, "2 + 2?"], catch_exceptions=False)


def chunk(*, its: Any = None, **delta: str) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": "stop" if its else None}
    common = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "first"}
    return {**common, "choices": [choice], **({"its": its} if its else {})}


def test_everything_that_was_chosen_is_sent(scripted: Any):
    ask(scripted, "--json", "--algorithm", "beam-search", "--budget", "3", "--seed", "5", "--model", "mine")

    assert scripted.asked == [
        {
            "model": "mine",
            "messages": [{"role": "user", "content": "2 + 2?"}],
            "algorithm": "beam-search",
            "budget": 3,
            "seed": 5,
        }
    ]


def test_what_was_not_chosen_is_left_to_the_gateways_first_model(scripted: Any):
    ask(scripted, "--json")

    assert scripted.asked == [{"model": "first", "messages": [{"role": "user", "content": "2 + 2?"}]}]


def test_seed_zero_is_a_seed(scripted: Any):
    ask(scripted, "--json", "--seed", "0")

    assert scripted.asked[0]["seed"] == 0


def test_json_is_the_whole_completion(scripted: Any, completion: Any):
    scripted.reply = lambda _: (200, completion("vier: \u00e4", algorithm="best-of-n"))
    asked = ask(scripted, "--json")

    whole = json.loads(asked.stdout)
    assert whole["choices"][0]["message"]["content"] == "vier: \u00e4"
    assert whole["its"] == {"algorithm": "best-of-n"}


@pytest.mark.parametrize("options", [(), ("--stream",)])
def test_standard_output_has_the_answer_and_nothing_else(scripted: Any, options: tuple[str, ...]):
    pieces = [chunk(reasoning_content="2 growing\n"), chunk(content="it is"), chunk(content=" 4"), chunk(its=ITS)]
    scripted.reply = lambda _: (200, pieces)
    asked = ask(scripted, *options)

    assert (asked.exit_code, asked.stdout) == (0, "it is 4\n")
    assert "stopped by: completed" in asked.stderr


def test_a_refusal_is_told_in_the_gateways_words(scripted: Any):
    error = {"message": "budget: 1 to 1000", "type": "invalid_request_error", "param": "budget", "code": None}
    scripted.reply = lambda _: (400, {"error": error})
    asked = ask(scripted)

    assert (asked.exit_code, asked.stdout, asked.stderr) == (2, "", "its: budget: 1 to 1000\n")


def test_a_failure_of_a_service_has_another_exit_status(scripted: Any):
    scripted.reply = lambda _: (503, {"error": {"message": "generator: gone", "type": "server_error"}})
    asked = ask(scripted)

    assert (asked.exit_code, asked.stderr) == (1, "its: generator: gone\n")


def test_an_error_in_the_middle_of_a_stream_is_a_failure(scripted: Any):
    error = {"error": {"message": "reward: gone", "type": "server_error", "param": None, "code": None}}
    scripted.reply = lambda _: (200, [chunk(content="it "), error])
    asked = ask(scripted, "--stream")

    assert asked.exit_code == 1
    assert asked.stdout == "it "
    assert asked.stderr == "its: reward: gone\n"
