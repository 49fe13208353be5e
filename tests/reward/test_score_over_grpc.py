"""The laws of scoring, over gRPC, with the shipped reward model."""

import pytest

from its.reward.v1 import reward_pb2 as pb
from its_models import model_folder
from its_models.tokenizer import Tokenizer

CLOSE = 1e-5


def answers(steps: tuple[str, ...]) -> list[tuple[str, ...]]:
    wrong = (steps[0], "The lottery: 36/9=5, so 5.\n\n", "The answer is \\boxed{5}.")
    return [steps, steps[:1], wrong, ("Hm.\n\n", *steps), steps[:2], ("no steps at all, only prose",)]


def values(response: pb.ScoreResponse) -> list[list[float]]:
    return [[score.value, *score.step_values] for score in response.scores]


async def test_each_trajectory_gets_one_score_and_each_step_one_value(reward, asking, steps):
    response = await reward.Score(asking(*answers(steps)))

    assert [score.trajectory_id for score in response.scores] == ["t0", "t1", "t2", "t3", "t4", "t5"]
    assert [len(score.step_values) for score in response.scores] == [len(answer) for answer in answers(steps)]
    assert all(0 <= score.value <= 1 and not score.HasField("failure") for score in response.scores)


async def test_a_batch_scores_as_each_trajectory_alone_does(serve, asking, steps):
    async with serve() as first, serve() as second:
        together = values(await first.Score(asking(*answers(steps))))
        alone = [values(await second.Score(asking(answer)))[0] for answer in answers(steps)]

    assert together == [pytest.approx(one, abs=CLOSE) for one in alone]


async def test_permuting_the_trajectories_permutes_their_scores(serve, asking, steps):
    async with serve() as first, serve() as second:
        forward = values(await first.Score(asking(*answers(steps))))
        backward = values(await second.Score(asking(*reversed(answers(steps)))))

    assert backward == [pytest.approx(one, abs=CLOSE) for one in reversed(forward)]


async def test_scoring_step_by_step_equals_scoring_at_once(reward, asking, steps):
    at_once = (await reward.Score(asking(steps))).scores[0]
    known: list[float] = []
    for count in range(1, len(steps) + 1):
        request = asking(steps[:count], complete=count == len(steps))
        request.trajectories[0].known_step_values.extend(known)
        known = list((await reward.Score(request)).scores[0].step_values)

    assert known == pytest.approx(list(at_once.step_values), abs=CLOSE)


async def test_the_score_never_rises_as_a_trajectory_goes_on(reward, asking, steps):
    grown = [steps[:count] for count in range(1, len(steps) + 1)]
    scores = [score.value for score in (await reward.Score(asking(*grown))).scores]

    assert scores == sorted(scores, reverse=True)


async def test_the_end_counts_as_something_the_model_said(reward, asking, steps):
    partial = (await reward.Score(asking(steps, complete=False))).scores[0]
    complete = (await reward.Score(asking(steps))).scores[0]

    assert complete.step_values[:-1] == pytest.approx(partial.step_values[:-1], abs=CLOSE)
    assert complete.step_values[-1] <= partial.step_values[-1] + CLOSE


async def test_tokens_score_as_their_text_does(reward, asking, steps):
    tokenizer = Tokenizer.open(model_folder("its-tiny-reward"))
    as_text = asking(steps)
    as_tokens = asking(prompt=as_text.text)
    content = as_tokens.trajectories.add(id="t0", complete=True).tokens
    content.tokenizer_fingerprint = tokenizer.fingerprint
    for step in steps:
        content.tokens.ids.extend(tokenizer.encode(step))
        content.step_ends.append(len(content.tokens.ids))

    assert values(await reward.Score(as_tokens))[0] == pytest.approx(values(await reward.Score(as_text))[0], abs=CLOSE)


async def test_a_conversation_is_rendered_by_the_models_own_template(reward, asking, steps):
    said = asking(steps, prompt="<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n")
    meant = asking(steps)
    meant.conversation.messages.add(role="ROLE_USER").content.add(text="Hello")

    assert values(await reward.Score(meant))[0] == pytest.approx(values(await reward.Score(said))[0], abs=CLOSE)


async def test_each_aggregation_is_of_the_same_step_values(reward, asking, steps):
    kinds = (pb.AGGREGATION_MODEL, pb.AGGREGATION_PROD, pb.AGGREGATION_MIN, pb.AGGREGATION_LAST, pb.AGGREGATION_MEAN)
    first, second, third, fourth, fifth = [
        (await reward.Score(asking(steps, aggregation=kind))).scores[0] for kind in kinds
    ]
    each = list(first.step_values)

    assert [first.value, third.value] == pytest.approx([min(each), min(each)], abs=CLOSE)
    assert second.value == pytest.approx(each[0] * each[1] * each[2], abs=CLOSE)
    assert fourth.value == pytest.approx(each[-1], abs=CLOSE)
    assert fifth.value == pytest.approx(sum(each) / 3, abs=CLOSE)


async def test_capabilities_tell_what_is_served(reward):
    (served,) = (await reward.GetCapabilities(pb.GetCapabilitiesRequest())).models

    assert served.model.name == "its-tiny-reward"
    assert served.model.tokenizer_fingerprint == Tokenizer.open(model_folder("its-tiny-reward")).fingerprint
    assert (served.scorer, served.kind) == ("likelihood", pb.REWARD_KIND_PROCESS)
    assert served.scores_partial
    assert served.accepts_text
    assert served.accepts_tokens
    assert served.max_context_tokens > 0
    assert len(served.aggregations) == 5
