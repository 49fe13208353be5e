"""Rules: right is right however it is written, and nothing a model writes can hang or break the service."""

import grpc
import pytest
from grpc import aio

from its.reward.v1 import reward_pb2 as pb

HANGS = "a" * 60 + "b"
MATH = {"scorer": "rules", "rule": "math", "seconds": 20, "workers": 1}
CATASTROPHIC = {"scorer": "rules", "rule": "regex", "pattern": r"^(a+)+$", "seconds": 0.5}
SCHEMA = {"type": "object", "required": ["answer"], "properties": {"answer": {"type": "integer"}}}


def boxed(answer: str) -> tuple[str]:
    return (f"So it is \\boxed{{{answer}}}.",)


async def test_mathematics_is_compared_by_value_not_by_spelling(serve, asking):
    same = ["1/2", "0.5", ".5", r"\frac{1}{2}", r"\dfrac12", r"\frac{\sqrt{4}}{4}", "2^{-1}"]
    other = ["0.51", r"\frac{2}{1}", "x", "", r"\frac{1}{0}"]
    async with serve(math=MATH) as reward:
        request = asking(*map(boxed, same + other), reference_answer="0.5")
        scores = (await reward.Score(request)).scores

    assert [score.value for score in scores] == [1.0] * len(same) + [0.0] * len(other)


async def test_an_answer_without_a_box_is_wrong_and_the_last_box_counts(serve, asking):
    texts = [("The answer is 4.",), (r"\boxed{4} or rather \boxed{5}",), (r"\boxed{5}, no: \boxed{4}",)]
    async with serve(math=MATH) as reward:
        scores = (await reward.Score(asking(*texts, reference_answer=r"\boxed{4}"))).scores

    assert [score.value for score in scores] == [0.0, 0.0, 1.0]


HOSTILE = [
    "\\frac{" * 3000 + "1" + "}{2}" * 3000,
    "9^{9^{9^{9^{9^{9}}}}}",
    "(" * 20_000,
    "\x00\x1b" * 50,
]


async def test_hostile_mathematics_neither_hangs_nor_breaks_nor_wins(serve, asking):
    async with serve(math={**MATH, "seconds": 1.0}) as reward:
        request = asking(*map(boxed, [*HOSTILE, r"\sqrt{16}"]), reference_answer="4")
        *hostile, honest = (await reward.Score(request, timeout=110)).scores

    assert all(score.value == 0.0 for score in hostile)
    assert honest.value == 1.0


async def test_a_text_that_can_not_be_checked_in_time_fails_alone(serve, asking):
    texts = [("aaa",), (HANGS,), ("b",)]
    async with serve(regex=CATASTROPHIC) as reward:
        first, second, third = (await reward.Score(asking(*texts), timeout=60)).scores

    assert (first.value, third.value) == (1.0, 0.0)
    assert second.failure.code == grpc.StatusCode.DEADLINE_EXCEEDED.value[0]
    assert "0.5 s" in second.failure.message


async def test_a_document_is_right_when_the_schema_accepts_it(serve, asking):
    texts = ['{"answer": 4}', '{"answer": "4"}', "{}", "4", "no JSON", '{"answer": 4} indeed', "[" * 100_000]
    async with serve(schema={"scorer": "rules", "rule": "json_schema", "json_schema": SCHEMA}) as reward:
        scores = (await reward.Score(asking(*[(text,) for text in texts]))).scores

    assert [score.value for score in scores] == [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]


async def test_rules_judge_complete_answers_only(serve, asking):
    async with serve(math=MATH) as reward:
        with pytest.raises(aio.AioRpcError) as caught:
            await reward.Score(asking(boxed("4"), complete=False, reference_answer="4"))

    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "partial" in caught.value.details()


async def test_without_a_reference_answer_there_is_no_right_one(serve, asking):
    async with serve(math=MATH) as reward:
        with pytest.raises(aio.AioRpcError) as caught:
            await reward.Score(asking(boxed("4")))

    assert "reference_answer" in caught.value.details()


async def test_rules_say_what_they_take(serve):
    async with serve(math=MATH, regex=CATASTROPHIC) as reward:
        math, regex = (await reward.GetCapabilities(pb.GetCapabilitiesRequest())).models

    assert (math.needs_reference_answer, regex.needs_reference_answer) == (True, False)
    assert not math.scores_partial
    assert not math.accepts_tokens
    assert list(math.aggregations) == [pb.AGGREGATION_MODEL]


async def test_an_aggregation_that_makes_no_sense_is_refused_with_those_that_do(serve, asking):
    async with serve(math=MATH) as reward:
        with pytest.raises(aio.AioRpcError) as caught:
            await reward.Score(asking(boxed("4"), reference_answer="4", aggregation=pb.AGGREGATION_MEAN))

    assert "choose of model" in caught.value.details()


async def test_tokens_are_refused_where_there_is_no_tokenizer(serve, asking):
    request = asking(reference_answer="4")
    request.trajectories.add(id="a", complete=True).tokens.CopyFrom(pb.TokenSteps(tokens={"ids": [1]}, step_ends=[1]))
    async with serve(math=MATH) as reward:
        with pytest.raises(aio.AioRpcError) as caught:
            await reward.Score(request)

    assert "send the steps as text" in caught.value.details()
