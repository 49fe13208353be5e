"""A search goes on from any token of what it has; what was computed before is found, and changes nothing."""

import pytest

COLD = {"temperature": 0.0, "max_tokens": 24}


@pytest.fixture
async def forgetful(serve):
    async with serve(tiny={"backend": "embedded", "folder": "its-tiny", "cache_bytes": 0}) as stub:
        yield stub


async def test_going_on_from_a_prefix_is_like_never_having_stopped(stub, forgetful, read, asking, forever):
    sampling = COLD | {"logit_bias": forever}
    whole = await read(stub, asking(sampling=sampling, logprobs=0))
    for cut in (1, 7, 16):
        half = asking(prefixes=(whole[0].ids[:cut],), sampling=sampling | {"max_tokens": 24 - cut}, logprobs=0)

        found, computed = await read(stub, half), await read(forgetful, half)

        assert found[0].ids == computed[0].ids == whole[0].ids[cut:]
        assert found[0].logprobs == pytest.approx(whole[0].logprobs[cut:], abs=1e-4)
        assert found.usage.cached_prompt_tokens > computed.usage.cached_prompt_tokens == 0


async def test_a_step_finds_all_that_the_step_before_it_computed(stub, read, asking, forever):
    first = await read(stub, asking(every_n_tokens=8, max_steps=1, sampling={"logit_bias": forever, "max_tokens": 99}))

    second = await read(stub, asking(prefixes=(first[0].ids,), sampling={"logit_bias": forever}))

    assert first[0].reason == "STEP"
    assert second.usage.prompt_tokens == first.usage.prompt_tokens + 8
    assert second.usage.cached_prompt_tokens == second.usage.prompt_tokens - 1


async def test_branches_share_their_prompt(stub, read, asking, forever):
    reply = await read(stub, asking(n=2, prefixes=((), [65, 66], [65, 67]), sampling={"logit_bias": forever}))

    prompt = len(reply.started.prompt_token_ids.ids)
    assert reply.usage.prompt_tokens == 3 * prompt + 4
    # The first branch computes the prompt; the second finds all but its last token, the third that and the 65.
    assert reply.usage.cached_prompt_tokens == (prompt - 1) + (prompt + 1)
    assert len(reply.sequences) == 6


async def test_forks_of_one_prefix_differ_and_repeat(stub, read, asking, forever):
    request = {"n": 3, "prefixes": ([65, 66, 67],), "sampling": {"logit_bias": forever}}

    one, other = await read(stub, asking(**request)), await read(stub, asking(**request))

    assert len({tuple(one[place].ids) for place in range(3)}) == 3
    assert [one[place].ids for place in range(3)] == [other[place].ids for place in range(3)]


async def test_a_prefix_of_text_is_read_together_with_the_prompt(stub, read, asking, tiny):
    by_text = await read(stub, asking(prefixes=("The answer",), sampling=COLD))
    by_ids = await read(stub, asking(prefixes=(list(await tiny.tokenize("The answer")),), sampling=COLD))

    assert by_text[0].ids == by_ids[0].ids
    assert by_text.usage.prompt_tokens == by_ids.usage.prompt_tokens


async def test_a_prompt_of_token_ids_is_that_of_its_conversation(stub, read, asking):
    spoken = await read(stub, asking(sampling=COLD))

    given = await read(stub, asking(prompt=list(spoken.started.prompt_token_ids.ids), sampling=COLD))

    assert given[0].ids == spoken[0].ids


async def test_a_long_prompt_is_read_in_parts_and_means_the_same(stub, forgetful, read, asking):
    prompt = [40 + place % 50 for place in range(480)]

    whole, parts = (
        await read(stub, asking(prompt=prompt, sampling=COLD)),
        await read(forgetful, asking(prompt=prompt, sampling=COLD)),
    )

    assert whole[0].ids == parts[0].ids
    assert whole[0].reason in {"LENGTH", "EOS"}
