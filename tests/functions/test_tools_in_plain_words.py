"""A function with structured arguments is called with plain words."""

import pytest

from its_runtime.errors import InvalidRequest, Unmet


@pytest.fixture
def wrapped(bench):
    def make(kind="its_tool_wrapper", dial=None, **fields):
        workflow = {"_type": kind, "augmented_fn": "dial", "input_llm": "a", **fields}
        return bench(functions={"dial": {"_type": "test_dial", **(dial or {})}}, workflow=workflow)

    return make


@pytest.mark.parametrize("kind", ["its_tool_wrapper", "ttc_tool_wrapper", "its_tool_wrapper_function"])
@pytest.mark.parametrize(
    "said",
    [
        '{"host": "a.org", "port": 80}',
        'Here you are:\n```json\n{"host": "a.org", "port": 80}\n```',
        '<think>{"host": "b.org"}</think>The [arguments] are {"host": "a.org", "port": "80"}.',
    ],
)
async def test_a_model_finds_the_arguments(wrapped, script, kind, said):
    script.says = lambda asked, number: said

    verdict = await wrapped(kind).call("workflow", "Dial a.org, for the web.")

    assert (type(verdict).__name__, verdict.risk) == ("Verdict", "a.org:80")


async def test_the_model_is_shown_what_there_is_to_find(wrapped, script):
    script.says = lambda asked, number: '{"host": "a.org", "port": 80}'

    await wrapped(tool_description="Phones machines.").call("workflow", "Dial a.org.")

    assert all(words in script.asked[0] for words in ("Phones machines.", '"port"', '"risk"', "Dial a.org."))


async def test_wrong_arguments_are_repaired_once(wrapped, script):
    said = ['{"host": "a.org"}', '{"host": "a.org", "port": 80}']
    script.says = lambda asked, number: said[number]

    assert (await wrapped().call("workflow", "Dial a.org.")).risk == "a.org:80"
    assert "input.port: Field required" in script.asked[1]


async def test_arguments_that_stay_wrong_make_no_call(wrapped, script):
    script.says = lambda asked, number: "a.org, port 80"

    with pytest.raises(InvalidRequest, match="no JSON"):
        await wrapped().call("workflow", "Dial a.org.")
    assert len(script.asked) == 2


async def test_too_little_said_is_told_and_makes_no_call(wrapped, script):
    script.says = lambda asked, number: "NOT ENOUGH INFORMATION: the port"

    with pytest.raises(InvalidRequest, match="Not enough information to call 'dial': the port"):
        await wrapped().call("workflow", "Dial a.org.")
    assert len(script.asked) == 1


async def test_a_function_without_a_description_is_refused_when_it_is_built(wrapped):
    with pytest.raises(Unmet, match=r"workflow.augmented_fn: function 'dial' has no description"):
        await wrapped(dial={"description": ""}).call("workflow", "x")
