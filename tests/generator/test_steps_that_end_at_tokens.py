"""Steps that end with a token, whatever it reads, alone or beside delimiters and counts."""

import grpc
import pytest


async def test_a_step_ends_with_one_of_its_tokens(stub, read, asking, token):
    ends = [await token("="), await token("\n\n")]

    marked = await read(stub, asking(n=4, sampling={"max_tokens": 40}, step_token_ids=ends))
    one_step = await read(stub, asking(n=4, sampling={"max_tokens": 40}, step_token_ids=ends, max_steps=1))

    assert any(sequence.steps for sequence in marked.sequences.values())
    for place, sequence in marked.sequences.items():
        places = [upto for upto, one in enumerate(sequence.ids, 1) if one in ends]
        assert [upto for _, upto in sequence.steps] == places
        assert one_step[place].ids == sequence.ids[: min(places, default=len(sequence.ids))]
        assert one_step[place].reason == ("STEP" if places else sequence.reason)


async def test_tokens_and_delimiters_end_steps_together(stub, read, asking, token):
    equals, paragraph = await token("="), await token("\n\n")

    reply = await read(stub, asking(n=1, sampling={"max_tokens": 40}, delimiters=("\n\n",), step_token_ids=[equals]))

    ends = [upto for upto, one in enumerate(reply[0].ids, 1) if one in {equals, paragraph}]
    assert [upto for _, upto in reply[0].steps] == ends


async def test_there_are_exactly_as_many_steps_as_were_asked_for(stub, read, asking, token):
    equals = await token("=")

    for most in (1, 2, 3):
        limits = {"max_tokens": 60, "logit_bias": {873: -100.0, 871: -100.0}}
        reply = await read(
            stub, asking(n=2, sampling=limits, every_n_tokens=7, step_token_ids=[equals], max_steps=most)
        )

        assert all(len(one.steps) == most for one in reply.sequences.values())
        assert {one.reason for one in reply.sequences.values()} == {"STEP"}


async def test_a_step_token_outside_of_the_vocabulary_is_refused(stub, read, asking):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await read(stub, asking(step_token_ids=[874]))

    assert "step_policy.step_token_ids" in caught.value.details()
