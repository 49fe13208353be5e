"""The backend `vllm` on the model that ships, with real vLLM on the CPU."""

import asyncio
import itertools
import json
import re

import numpy as np
import pytest

from its_generator.backend import Branch, Conversation, Job, StructuredOutput
from its_generator.sampling import Sampling, derived_seed
from its_generator.steps import StepPolicy
from its_generator.tick import StopReason
from its_models import model_folder
from its_models.decoder import Decoder
from its_models.tokenizer import Tokenizer
from its_runtime.errors import InvalidRequest

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUESTION = Conversation([{"role": "user", "content": "What is 2 + 3 * 4?"}])
STEPS = StepPolicy(delimiters=("\n\n",), max_steps=1)
NAMES = itertools.count()


@pytest.fixture(scope="session")
def tokenizer():
    return Tokenizer.open(model_folder("its-tiny"))


async def job(backend, *, n=1, seed=7, prefix=(), branches=None, **fields):
    ids = await backend.tokenize(QUESTION)
    prefixes = branches or [(tuple(prefix), n)]
    made = [
        Branch(ids + prefix, prefix, tuple(derived_seed(derived_seed(seed, place), i) for i in range(count)))
        for place, (prefix, count) in enumerate(prefixes)
    ]
    fields = {"sampling": Sampling(max_tokens=24), "steps": StepPolicy(), **fields}
    return Job(request_id=f"job-{next(NAMES)}", prompt=QUESTION, branches=tuple(made), **fields)


class Seen:
    """All that a job reported, put together."""

    def __init__(self):
        self.ids, self.text, self.logprobs, self.top = {}, {}, {}, {}
        self.steps, self.ends, self.usage, self.deltas = {}, {}, None, []

    def take(self, tick):
        for delta in tick.deltas:
            assert delta.offset == len(self.ids.setdefault(delta.sequence, []))
            self.deltas.append(delta)
            self.ids[delta.sequence] += delta.token_ids
            self.text[delta.sequence] = self.text.get(delta.sequence, "") + delta.text
            self.logprobs.setdefault(delta.sequence, []).extend(delta.logprobs)
            self.top.setdefault(delta.sequence, []).extend(delta.top)
            if delta.completed_step is not None:
                self.steps.setdefault(delta.sequence, []).append(delta.completed_step)
        for end in tick.finished:
            assert end.sequence not in self.ends
            self.ends[end.sequence] = end
        self.usage = tick.usage or self.usage


async def run(backend, wanted):
    seen = Seen()
    async with backend.generate(wanted) as generation:
        async for tick in generation:
            seen.take(tick)
    return seen


async def sample(backend, **fields):
    return await run(backend, await job(backend, **fields))


async def test_the_same_seed_draws_the_same_tokens_alone_and_in_company(policy):
    hot = Sampling(temperature=2.0, min_tokens=24, max_tokens=24)
    alone = await sample(policy, seed=3, sampling=hot)
    others = (sample(policy, seed=seed, n=3) for seed in range(10, 16))
    company, *_ = await asyncio.gather(sample(policy, seed=3, n=2, sampling=hot), *others)

    assert company.ids[0] == alone.ids[0]
    assert company.ids[1] != alone.ids[0]


async def test_the_log_probabilities_are_those_of_the_same_weights_elsewhere(policy):
    wanted = await job(policy, logprobs=3, sampling=Sampling(max_tokens=12, temperature=1.7))
    seen = await run(policy, wanted)

    decoder = Decoder.open(model_folder("its-tiny"))
    ids = np.array([[*wanted.branches[0].token_ids, *seen.ids[0]]], np.int64)
    places = np.arange(ids.shape[1])[None]
    logits = decoder.forward(ids, places, np.ones_like(ids), decoder.empty(1))[0][0][-len(seen.ids[0]) - 1 : -1]
    values = (
        logits - np.log(np.exp(logits - logits.max(-1, keepdims=True)).sum(-1, keepdims=True)) - logits.max(-1)[:, None]
    )
    np.testing.assert_allclose(seen.logprobs[0], values[range(len(values)), seen.ids[0]], atol=5e-3)
    np.testing.assert_allclose([top.logprobs for top in seen.top[0]], -np.sort(-values)[:, :3], atol=5e-3)


async def test_text_is_what_the_tokens_say(policy, tokenizer):
    seen = await sample(policy, n=4, sampling=Sampling(max_tokens=48), flush_every=1)

    assert len(seen.deltas) > 8
    for sequence, ids in seen.ids.items():
        assert seen.text[sequence] == tokenizer.decode(ids)


async def test_a_sequence_ends_with_its_step_and_the_delimiter_belongs_to_it(policy, tokenizer):
    delimiter = tokenizer.encode("\n\n")[0]
    wanted = Sampling(logit_bias={delimiter: 8.0}, max_tokens=200)
    seen = await sample(policy, n=4, sampling=wanted, steps=STEPS)

    assert {end.reason for end in seen.ends.values()} == {StopReason.STEP}
    assert all(text.endswith("\n\n") and text.count("\n\n") == 1 for text in seen.text.values())
    assert seen.steps == {0: [0], 1: [0], 2: [0], 3: [0]}
    assert seen.usage.completion_tokens == sum(map(len, seen.ids.values()))


async def test_steps_of_a_token_count_and_their_number_are_exact(policy):
    no_end = Sampling(max_tokens=100, min_tokens=100)
    seen = await sample(policy, sampling=no_end, steps=StepPolicy(every_n_tokens=5, max_steps=3))

    assert seen.steps == {0: [0, 1, 2]}
    assert len(seen.ids[0]) == 15
    assert seen.ends[0].reason is StopReason.STEP


async def test_a_stop_text_is_left_out_and_named(policy, tokenizer):
    word = tokenizer.encode(" is")[0]
    seen = await sample(policy, sampling=Sampling(stop=(" is",), logit_bias={word: 20.0}, max_tokens=50))

    assert seen.ends[0].reason is StopReason.STOP
    assert seen.ends[0].stop_text == " is"
    assert " is" not in seen.text[0]


async def test_the_models_own_end_and_a_stop_token_are_told_apart(policy, tokenizer):
    eos = next(iter(tokenizer.eos_ids))
    own = await sample(policy, sampling=Sampling(logit_bias={eos: 100.0}))
    word = tokenizer.encode(" is")[0]
    asked = await sample(policy, sampling=Sampling(logit_bias={word: 100.0}, stop_token_ids=frozenset({word})))

    assert (own.ends[0].reason, own.ids[0]) == (StopReason.EOS, [eos])
    assert (asked.ends[0].reason, asked.ids[0]) == (StopReason.STOP, [word])


async def test_an_end_is_held_off_until_there_are_enough_tokens(policy, tokenizer):
    eos = next(iter(tokenizer.eos_ids))
    seen = await sample(policy, sampling=Sampling(logit_bias={eos: 100.0}, min_tokens=6))

    assert len(seen.ids[0]) == 7
    assert seen.ends[0].reason is StopReason.EOS


async def test_the_context_is_filled_to_its_last_token(policy):
    room = policy.capabilities.max_context_tokens - len(await policy.tokenize(QUESTION))
    prefix = tuple(itertools.islice(itertools.cycle(range(10, 90)), room - 5))
    seen = await sample(policy, prefix=prefix, sampling=Sampling(min_tokens=5))

    assert len(seen.ids[0]) == 5
    assert seen.ends[0].reason is StopReason.LENGTH


async def test_a_prefix_that_was_computed_before_is_found_in_the_cache(policy):
    prefix = tuple(itertools.islice(itertools.cycle(range(20, 97)), 160))
    first = await sample(policy, prefix=prefix)
    again = await sample(policy, branches=[(prefix, 3), ((*prefix, 40), 2)])

    prompt = len(await policy.tokenize(QUESTION))
    assert first.usage.prompt_tokens == prompt + 160
    assert again.usage.prompt_tokens == 2 * prompt + 321
    assert again.usage.cached_prompt_tokens >= 2 * 128


async def test_going_on_from_a_prefix_is_like_never_having_stopped(policy):
    cold = Sampling(temperature=0.0, min_tokens=24, max_tokens=24)
    whole = await sample(policy, sampling=cold, logprobs=0)
    for cut in (1, 7, 16):
        cold = Sampling(temperature=0.0, min_tokens=24 - cut, max_tokens=24 - cut)
        half = await sample(policy, prefix=tuple(whole.ids[0][:cut]), sampling=cold, logprobs=0)

        assert half.ids[0] == whole.ids[0][cut:]
        assert half.logprobs[0] == pytest.approx(whole.logprobs[0][cut:], abs=1e-4)


async def test_a_small_call_passes_by_a_large_one(policy):
    large = await job(policy, n=200, sampling=Sampling(min_tokens=48, max_tokens=48))
    async with policy.generate(large) as generation:
        small = await sample(policy, sampling=Sampling(max_tokens=4))
        working = sum(policy.load)
        generation.stop()

    assert small.ends
    assert working > 60, "the large one is far from done"


@pytest.mark.parametrize(
    ("output", "matches"),
    [
        (StructuredOutput("regex", "[0-9]{3}-[ab]"), lambda text: re.fullmatch("[0-9]{3}-[ab]", text)),
        (StructuredOutput("json_schema", '{"enum": ["yes", "no"]}'), lambda text: json.loads(text) in {"yes", "no"}),
        (StructuredOutput("grammar", 'root ::= "a" "b"+ "c"'), lambda text: re.fullmatch("ab+c", text)),
    ],
    ids=["regex", "json_schema", "grammar"],
)
async def test_the_engine_enforces_a_form(policy, output, matches):
    seen = await sample(policy, n=3, sampling=Sampling(max_tokens=120), structured_output=output)

    assert all(end.reason is StopReason.EOS for end in seen.ends.values())
    assert all(matches(text) for text in seen.text.values()), seen.text


async def test_what_vllm_allows_less_of_than_the_contract_is_refused_by_name(policy):
    with pytest.raises(InvalidRequest, match="temperature"):
        await sample(policy, sampling=Sampling(temperature=3.0))


async def test_a_form_that_makes_no_sense_is_the_callers_mistake(policy):
    wanted = await job(policy, structured_output=StructuredOutput("regex", "("))
    with pytest.raises(InvalidRequest, match="structured_output"):
        await run(policy, wanted)


async def test_stopping_ends_every_sequence_with_the_usage_so_far(policy):
    seen, wanted = Seen(), await job(policy, n=8, sampling=Sampling(min_tokens=400), flush_every=1)
    async with policy.generate(wanted) as generation:
        async for tick in generation:
            seen.take(tick)
            generation.stop()

    assert {end.reason for end in seen.ends.values()} == {StopReason.CANCELLED}
    assert seen.usage.completion_tokens == sum(map(len, seen.ids.values())) > 0


async def test_leaving_the_block_stops_the_engines_work(policy):
    wanted = await job(policy, n=8, sampling=Sampling(min_tokens=400), flush_every=1)
    async with policy.generate(wanted) as generation:
        async for _ in generation:
            break

    assert policy.load == (0, 0)
    after = await sample(policy)
    assert after.ends[0].reason in {StopReason.LENGTH, StopReason.EOS}
