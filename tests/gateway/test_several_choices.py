"""`n` answers come from n runs, each with a seed of its own; they are told apart, and paid together."""

import asyncio

import openai
import pytest
from google.protobuf.json_format import MessageToDict
from scripted_orchestrator import answer, committed

from its_gateway.chat.seeds import derived
from its_runtime.errors import Internal

ASK = {"model": "its-tiny", "messages": [{"role": "user", "content": "2 + 2?"}]}


def counted(script, begin=lambda _: ()):
    """Let each run answer with its number, after what `begin` says of that number."""

    async def run():
        number = len(script.asked)
        for event in begin(number):
            yield event
        yield answer(f"answer {number}")

    script.events = run


async def test_each_choice_has_its_index_its_answer_and_its_figures(client, script):
    counted(script)
    completion = await client.chat.completions.create(**ASK, n=3)

    assert [choice.index for choice in completion.choices] == [0, 1, 2]
    assert {choice.message.content for choice in completion.choices} == {"answer 1", "answer 2", "answer 3"}
    assert [choice.model_extra["its"]["trace_id"] for choice in completion.choices] == ["trace-1"] * 3
    assert "its" not in completion.model_extra, "which of them would it be of?"
    assert completion.usage.completion_tokens == 90
    assert completion.usage.prompt_tokens_details.cached_tokens == 24
    assert completion.usage.completion_tokens_details.reasoning_tokens == 54


async def test_runs_differ_in_their_seeds_and_in_nothing_else(client, script):
    await client.chat.completions.create(**ASK, n=3, seed=7, temperature=0.5)

    asked = [MessageToDict(request) for request, _ in script.asked]
    seeds = {int(one["sampling"].pop("seed")) for one in asked}
    names = {one.pop("requestId") for one in asked}
    assert seeds == {7, derived(7, 1), derived(7, 2)}
    assert len(names) == 3, "the engine's logs tell them apart"
    assert asked[0] == asked[1] == asked[2]


async def test_the_first_of_several_is_what_one_alone_would_be(client, script):
    await client.chat.completions.create(**ASK, n=1, seed=7)

    assert script.request.sampling.seed == derived(7, 0) == 7


def test_seeds_of_choices_are_exact_in_every_client():
    seeds = {derived(seed, number) for seed in (0, 1, 2**63) for number in range(1, 100)}

    assert len(seeds) == 297
    assert max(seeds) < 2**53


async def test_without_a_seed_every_run_draws_its_own(client, script):
    await client.chat.completions.create(**ASK, n=2)

    assert not any(request.sampling.HasField("seed") for request, _ in script.asked)


async def test_choices_are_streamed_side_by_side_and_told_apart(client, script):
    counted(script, lambda number: [committed("answer "), committed(str(number))])
    stream = await client.chat.completions.create(**ASK, n=3, stream=True, stream_options={"include_usage": True})
    chunks = [chunk async for chunk in stream]

    assert chunks[-1].usage.completion_tokens == 90
    choices = [chunk.choices[0] for chunk in chunks[:-1]]
    for number in range(3):
        own = [choice for choice in choices if choice.index == number]
        assert own[0].delta.role == "assistant"
        assert "".join(choice.delta.content or "" for choice in own).startswith("answer ")
        assert [choice.finish_reason for choice in own] == [None] * (len(own) - 1) + ["stop"]
        assert own[-1].model_extra["its"]["algorithm"] == "best-of-n"
    assert len({chunk.id for chunk in chunks}) == 1


async def test_roles_come_first_and_in_order_whichever_run_is_faster(client, script):
    go_on = asyncio.Event()

    async def last_one_first():
        number = len(script.asked)
        if number < 3:
            await go_on.wait()
        yield committed("done")
        go_on.set()
        yield answer("done")

    script.events = last_one_first
    stream = await client.chat.completions.create(**ASK, n=3, stream=True)
    choices = [chunk.choices[0] async for chunk in stream]

    assert [(one.index, one.delta.role) for one in choices[:3]] == [(number, "assistant") for number in range(3)]
    assert not any(one.delta.role for one in choices[3:])


async def test_the_sdk_puts_several_streamed_choices_together(client, script):
    counted(script)
    async with client.chat.completions.stream(**ASK, n=2) as stream:
        completion = await stream.get_final_completion()

    assert {choice.message.content for choice in completion.choices} == {"answer 1", "answer 2"}


@pytest.mark.parametrize("stream", [False, True])
async def test_one_run_that_fails_ends_the_request_and_the_others(client, script, stream):
    left = asyncio.Event()

    async def one_fails():
        if len(script.asked) == 2:
            raise Internal("it is gone")
        try:
            yield committed("The")
            await asyncio.Event().wait()
        finally:
            left.set()

    script.events = one_fails
    with pytest.raises(openai.APIError, match="it is gone"):
        await collected(client.chat.completions.create(**ASK, n=2, stream=stream))

    await left.wait()


async def collected(asking):
    return [chunk async for chunk in await asking]


async def test_a_client_that_leaves_ends_all_runs(client, script):
    running, all_left = 0, asyncio.Event()

    async def endless():
        nonlocal running
        running += 1
        try:
            yield committed("The")
            await asyncio.Event().wait()
        finally:
            running -= 1
            if not running:
                all_left.set()

    script.events = endless
    stream = await client.chat.completions.create(**ASK, n=4, stream=True)
    indices = set()
    async for chunk in stream:
        indices.add(chunk.choices[0].index)
        if len(indices) == 4:
            break
    await stream.close()

    await all_left.wait()
