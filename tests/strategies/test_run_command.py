"""`its run` runs a function of an its.yaml and prints what it returns."""

import asyncio
import json
import os
import sys

import pytest

from its_cli.exits import Failed
from its_cli.run import paired
from its_runtime.logs import level
from its_runtime.settings import ServiceSettings

TEXT = """
llms: {{a: {{_type: openai, model: small, base_url: "{url}", max_retries: 0}}}}
functions: {{ask: {{_type: chat_completion, llm_name: a}}}}
its_strategies: {{votes: {{_type: majority_voting_selection}}}}
workflow: {{_type: execute_score_select_function, augmented_fn: ask, selector: votes, num_executions: 3}}
"""


@pytest.fixture
def its(endpoint, tmp_path):
    (tmp_path / "its.yaml").write_text(TEXT.format(url=endpoint.url))

    async def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "its_cli", "run", "--config_file", str(tmp_path / "its.yaml"), *arguments]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env=os.environ | environment)
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()

    return run


async def test_what_most_executions_say_is_printed(endpoint, its):
    endpoint.says = lambda text, body: "<think>hm</think>yes" if len(endpoint.asked) > 1 else "no"

    assert await its("--input", "Is it?") == (0, "yes\n", "")
    assert len(endpoint.asked) == 3


async def test_as_json_it_says_what_it_cost(endpoint, its):
    endpoint.says = lambda text, body: "yes"

    status, out, _ = await its(
        "--input", "Is it?", "--json", "--seed", "7", "--override", "workflow.num_executions", "2"
    )

    told = json.loads(out)
    assert status == 0
    assert (told["value"], told["seed"], told["stopped_by"]) == ("yes", 7, "completed")
    assert told["ledger"]["samples"] == len(endpoint.asked) == 2


async def test_stages_are_told_on_standard_error(endpoint, its):
    endpoint.says = lambda text, body: "yes"

    _, out, err = await its("--input", "Is it?", "--stream", "--override", "workflow.num_executions=2")

    assert out == "yes\n"
    assert "search     executions: 2 out" in err
    assert "selection  majority_voting_selection: 1 out" in err


async def test_every_intermediate_item_is_shown_to_those_who_debug(endpoint, its):
    endpoint.says = lambda text, body: f"answer {len(endpoint.asked)}"

    status, _, err = await its("--input", "Is it?", AIQ_LOG_LEVEL="DEBUG")

    assert status == 0
    assert all(f"'output': 'answer {number}'" in err for number in (1, 2, 3))


async def test_what_can_not_be_run_is_explained(its):
    status, _, err = await its("--input", "Is it?", "--function", "aks")

    assert status == 1
    assert "there is no function called 'aks'; did you mean 'ask'?" in " ".join(err.split())


def test_overrides_come_as_pairs_or_with_an_equals_sign():
    assert paired(["a.b=1", "c", "d=2", "e"], ["3", "4"]) == ["a.b=1", "c=3", "d=2", "e=4"]


def test_an_argument_that_belongs_to_no_override_is_refused():
    with pytest.raises(Failed, match="unexpected argument 'stray'"):
        paired(["a=1"], ["stray"])


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, "info"),
        ({"AIQ_LOG_LEVEL": "DEBUG"}, "debug"),
        ({"ITS_LOG_LEVEL": "warning", "AIQ_LOG_LEVEL": "DEBUG"}, "warning"),
        ({"ITS_LOG_LEVEL": "loud"}, "info"),
    ],
)
def test_the_level_of_the_environment_counts_for_all_processes(environment, wanted):
    assert level(ServiceSettings(), environment) == wanted
