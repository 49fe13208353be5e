"""The completions protocol: a plain text goes down, and comes back continued."""

import asyncio

import openai
import pytest
from openai.types.completion_create_params import CompletionCreateParamsBase
from scripted_orchestrator import answer, committed, started

from its.generator.v1.generator_pb2 import StopReason
from its.orchestrator.v1.answer_pb2 import AnswerToken, TopToken
from its_gateway.completions import CompletionRequest
from its_gateway.several import side_by_side
from its_runtime.errors import InvalidRequest, Unavailable

ASK = {"model": "its-tiny", "prompt": "2 + 2 ="}


async def said_in_pieces():
    yield started()
    yield committed(" 4,")
    yield committed(" I")
    yield answer(" 4, I think")


async def test_a_text_is_continued_with_the_true_figures(client, script):
    completion = await client.completions.create(**ASK, max_tokens=7, extra_body={"budget": 4, "its": {"alpha": 1.5}})

    assert script.request.text == "2 + 2 ="
    assert not script.request.HasField("conversation")
    assert (script.request.sampling.max_tokens, script.request.budget.samples) == (7, 4)
    assert dict(script.request.parameters) == {"alpha": 1.5}
    assert completion.choices[0].text == "The answer is \\boxed{4}"
    assert (completion.object, completion.choices[0].finish_reason) == ("text_completion", "stop")
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (20, 30)
    assert completion.choices[0].model_extra["its"]["trace_id"] == "trace-1"


async def test_a_text_that_was_cut_off_says_so(client, script):
    async def cut():
        yield answer(" 4", stop_reason=StopReason.STOP_REASON_LENGTH)

    script.events = cut

    assert (await client.completions.create(**ASK)).choices[0].finish_reason == "length"


async def test_every_prompt_of_a_list_is_continued_in_its_place(client, script):
    completion = await client.completions.create(model="its-tiny", prompt=["one", "two", "three"], echo=True)

    assert sorted(request.text for request, _ in script.asked) == ["one", "three", "two"]
    assert [choice.index for choice in completion.choices] == [0, 1, 2]
    assert [choice.text.split("The")[0] for choice in completion.choices] == ["one", "two", "three"]
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (60, 90)
    assert completion.usage.prompt_tokens_details.cached_tokens == 24


async def test_every_prompt_has_as_many_answers_as_are_asked_for_each_with_a_seed_of_its_own(client, script):
    completion = await client.completions.create(model="its-tiny", prompt=["one", "two"], n=2, seed=7, echo=True)

    assert [choice.text[:3] for choice in completion.choices] == ["one", "one", "two", "two"]
    seeds = {text: {one.sampling.seed for one, _ in script.asked if one.text == text} for text in ("one", "two")}
    assert seeds["one"] == seeds["two"]
    assert len(seeds["one"]) == 2
    assert 7 in seeds["one"]


async def test_log_probabilities_are_lists_side_by_side(client, script):
    def token(text, logprob):
        return AnswerToken(text=text, logprob=logprob, top=[TopToken(text=b"x", logprob=-3)])

    async def likely():
        yield answer("\u00e94", tokens=[token("\u00e9".encode(), -0.5), token(b"4", -1)])

    script.events = likely
    whole = await client.completions.create(**ASK, logprobs=1)
    chunks = [chunk async for chunk in await client.completions.create(**ASK, logprobs=1, stream=True)]

    assert (script.request.logprobs.top, script.request.logprobs.texts) == (1, True)
    for logprobs in (whole.choices[0].logprobs, chunks[0].choices[0].logprobs):
        assert (logprobs.tokens, logprobs.token_logprobs) == (["\u00e9", "4"], [-0.5, -1])
        assert (logprobs.text_offset, logprobs.top_logprobs) == ([0, 1], [{"x": -3}, {"x": -3}])


@pytest.mark.parametrize("prompt", ["2 + 2 =", ["one", "two"]])
async def test_text_arrives_as_it_is_committed(client, script, prompt):
    script.events = said_in_pieces
    asked = {"model": "its-tiny", "prompt": prompt, "stream": True, "stream_options": {"include_usage": True}}
    chunks = [chunk async for chunk in await client.completions.create(**asked, echo=True)]

    prompts = [prompt] if isinstance(prompt, str) else prompt
    for number, one in enumerate(prompts):
        choices = [chunk.choices[0] for chunk in chunks[:-1] if chunk.choices[0].index == number]
        assert [choice.text for choice in choices] == [one, " 4,", " I", " think", ""]
        assert [choice.finish_reason for choice in choices] == [None, None, None, None, "stop"]
    assert chunks[-1].usage.completion_tokens == 30 * len(prompts)


async def test_what_answered_has_a_fingerprint_whole_and_streamed(client, script):
    whole = await client.completions.create(**ASK)
    chunks = [chunk async for chunk in await client.completions.create(**ASK, stream=True)]

    assert whole.system_fingerprint.startswith("fp_")
    assert chunks[-1].system_fingerprint == whole.system_fingerprint


async def test_an_error_before_anything_was_said_is_a_status(gateway, script):
    async def refused():
        raise InvalidRequest.field("prompt", "too long")
        yield

    script.events = refused
    url = await gateway(status_seconds=60)
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        for stream in (True, False):
            with pytest.raises(openai.BadRequestError, match="prompt: too long"):
                await client.completions.create(**ASK, stream=stream)


async def test_an_error_in_the_middle_is_an_event(client, script):
    async def broken():
        yield committed(" 4")
        raise Unavailable("generator: it is gone")

    script.events = broken
    with pytest.raises(openai.APIError, match="it is gone"):
        [chunk async for chunk in await client.completions.create(**ASK, stream=True)]


REFUSED = [
    ({"prompt": ""}, "prompt[0]"),
    ({"prompt": []}, "prompt"),
    ({"prompt": [1, 2]}, "prompt"),
    ({"prompt": [[1, 2]]}, "prompt"),
    ({"prompt": ["x"] * 65}, "prompt"),
    ({"n": 129}, "n"),
    ({"n": 65, "prompt": ["x", "y"]}, "n"),
    ({"logprobs": 21}, "logprobs"),
    ({"logprobs": 1, "echo": True}, "logprobs"),
    ({"best_of": 2}, "best_of"),
    ({"suffix": "x"}, "suffix"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"temperature": 11}, "temperature"),
    ({"stop": [""]}, "stop[0]"),
    ({"logit_bias": {"five": 1}}, "logit_bias.five"),
    ({"its": {"progress": True}}, "its.progress"),
    ({"messages": []}, "messages"),
]


@pytest.mark.parametrize(("change", "param"), REFUSED, ids=[str(change)[:60] for change, _ in REFUSED])
async def test_what_can_not_be_honoured_is_refused_by_name(http, change, param):
    response = await http.post("/v1/completions", json={**ASK, **change})

    assert response.status_code == 400, response.text
    assert response.json()["error"]["param"] == param


@pytest.mark.parametrize("field", sorted(CompletionCreateParamsBase.__annotations__))
async def test_every_field_of_the_sdk_is_known_or_refused_by_name(http, field):
    if field not in CompletionRequest.model_fields:
        response = await http.post("/v1/completions", json={**ASK, field: "x"})

        assert (response.status_code, response.json()["error"]["param"]) == (400, field)


async def test_a_client_that_leaves_stops_every_run(client, script):
    running, ended = asyncio.Semaphore(0), asyncio.Semaphore(0)

    async def endless():
        running.release()
        try:
            yield started()
            await asyncio.Event().wait()
        finally:
            ended.release()

    script.events = endless
    asking = asyncio.create_task(client.completions.create(model="its-tiny", prompt=["one", "two"]))
    for _ in range(2):
        await running.acquire()
    asking.cancel()
    for _ in range(2):
        await ended.acquire()


async def test_the_first_error_of_several_closes_the_others():
    closed = asyncio.Event()

    async def endless():
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            closed.set()

    async def broken():
        raise ValueError("no")
        yield 2

    with pytest.raises(ValueError, match="no"):
        [one async for one in side_by_side([endless(), broken()])]

    assert closed.is_set()
