"""What can't be scored is refused by name, and never takes the rest with it."""

import math

import grpc
import numpy as np
import pytest
from grpc import aio

from its.reward.v1 import reward_pb2 as pb
from its_models import model_folder
from its_models.tokenizer import Tokenizer
from its_reward.aggregate import Aggregation
from its_reward.engine import Likelihood, Passage
from its_reward.models import Models
from its_reward.scorers.likelihood import LikelihoodScorer
from its_reward.scorers.worth import WorstToken
from its_reward.transcript import Transcriber

INVALID, NOT_FOUND = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND


async def refused(reward, request: pb.ScoreRequest) -> aio.AioRpcError:
    with pytest.raises(aio.AioRpcError) as caught:
        await reward.Score(request)
    return caught.value


async def test_an_unknown_model_is_answered_with_those_there_are(reward, asking, steps):
    error = await refused(reward, asking(steps, model="gpt-7"))

    assert error.code() is NOT_FOUND
    assert "'gpt-7'" in error.details()
    assert "its-tiny-reward" in error.details()


async def test_no_trajectory_at_all_is_refused(reward, asking):
    assert (await refused(reward, asking())).code() is INVALID


async def test_two_trajectories_of_one_id_are_refused(reward, asking, steps):
    request = asking(steps, steps)
    request.trajectories[1].id = "t0"

    assert "same id" in (await refused(reward, request)).details()


async def test_tokens_of_another_tokenizer_are_refused_naming_both(reward, asking):
    request = asking()
    request.trajectories.add(id="a").tokens.CopyFrom(
        pb.TokenSteps(tokenizer_fingerprint="another", tokens={"ids": [1, 2]}, step_ends=[2])
    )
    error = await refused(reward, request)

    assert error.code() is INVALID
    assert "'another'" in error.details()
    assert Tokenizer.open(model_folder("its-tiny-reward")).fingerprint in error.details()


@pytest.mark.parametrize(("ids", "ends"), [([1, 2, 3], [2]), ([1, 2, 3], [2, 1, 3]), ([1], []), ([1, 2], [3])])
async def test_steps_that_do_not_cover_the_tokens_are_refused_by_field(reward, asking, ids, ends):
    request = asking()
    request.trajectories.add(id="a").tokens.CopyFrom(pb.TokenSteps(tokens={"ids": ids}, step_ends=ends))

    assert "trajectories[0].tokens.step_ends" in (await refused(reward, request)).details()


async def test_token_ids_outside_the_vocabulary_are_refused(reward, asking):
    request = asking()
    fingerprint = Tokenizer.open(model_folder("its-tiny-reward")).fingerprint
    request.trajectories.add(id="a").tokens.CopyFrom(
        pb.TokenSteps(tokenizer_fingerprint=fingerprint, tokens={"ids": [1, 70_000]}, step_ends=[2])
    )

    assert "70000 is outside the vocabulary" in (await refused(reward, request)).details()


async def test_text_behind_a_prompt_of_tokens_is_refused(reward, asking, steps):
    request = asking(steps)
    request.token_ids.ids.extend([1, 2, 3])

    assert "send both as one or the other" in (await refused(reward, request)).details()


async def test_an_empty_prompt_is_refused(reward, asking, steps):
    assert "no token" in (await refused(reward, asking(steps, prompt=""))).details()


async def test_one_trajectory_over_the_context_fails_alone_and_names_the_limit(reward, asking, steps):
    limit = (await reward.GetCapabilities(pb.GetCapabilitiesRequest())).models[0].max_context_tokens
    long = ("1+1=2. " * limit,)
    first, second, third = (await reward.Score(asking(steps, long, steps))).scores

    assert (first.HasField("value"), third.HasField("value")) == (True, True)
    assert not second.HasField("value")
    assert second.failure.code == INVALID.value[0]
    assert f"at most {limit} fit" in second.failure.message


async def test_a_batch_in_which_nothing_fits_is_refused_as_a_whole(reward, asking):
    error = await refused(reward, asking(("1+1=2. " * 5000,), ("2+2=4. " * 5000,)))

    assert error.code() is INVALID
    assert "fit" in error.details()


async def test_a_trajectory_without_steps_or_with_too_many_values_fails_alone(reward, asking, steps):
    request = asking(steps, (), steps)
    request.trajectories[2].known_step_values.extend([0.5] * 4)
    first, second, third = (await reward.Score(request)).scores

    assert first.HasField("value")
    assert "at least one step" in second.failure.message
    assert "4 known values for 3 steps" in third.failure.message


async def test_a_step_without_tokens_is_worth_nothing_and_costs_nothing(reward, asking, steps):
    with_empty = (await reward.Score(asking((steps[0], "", steps[1]), complete=False))).scores[0]
    without = (await reward.Score(asking(steps[:2], complete=False))).scores[0]

    assert with_empty.step_values[1] == 1.0
    assert with_empty.value == pytest.approx(without.value, abs=1e-5)


class Broken:
    """An engine whose weights are broken: what it thinks of token 7 is no number."""

    max_context = 512
    revision = "broken"

    async def likelihood(self, passage: Passage, ends: object = ()) -> Likelihood:
        tokens = np.zeros(len(passage.ids) - passage.first + bool(ends), np.float32)
        tokens[0] = math.nan if passage.ids[passage.first] == 7 else 0.0
        return Likelihood(tokens, np.zeros_like(tokens), 0)


async def test_nan_never_leaves_as_a_value(serve_models, asking):
    transcriber = Transcriber.open(model_folder("its-tiny-reward"), 512)
    scorer = LikelihoodScorer([Broken()], WorstToken(), transcriber, Aggregation.MODEL)
    request = asking()
    for token in (5, 7, 6):
        request.trajectories.add(id=f"t{token}").tokens.CopyFrom(
            pb.TokenSteps(
                tokenizer_fingerprint=transcriber.tokenizer.fingerprint, tokens={"ids": [token]}, step_ends=[1]
            )
        )
    async with serve_models(Models({"broken": scorer})) as reward:
        first, second, third = (await reward.Score(request)).scores

    assert (first.value, third.value) == (1.0, 1.0)
    assert "no finite number" in second.failure.message
    assert not second.HasField("value")
    assert not second.step_values


class Failing(Broken):
    """An engine that breaks altogether."""

    async def likelihood(self, passage: Passage, ends: object = ()) -> Likelihood:
        raise RuntimeError("secret: /root/weights")


async def test_an_unexpected_error_is_masked(serve_models, asking, steps):
    transcriber = Transcriber.open(model_folder("its-tiny-reward"), 512)
    scorer = LikelihoodScorer([Failing()], WorstToken(), transcriber, None)
    async with serve_models(Models({"failing": scorer})) as reward:
        error = await refused(reward, asking(steps))

    assert error.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in error.details()
