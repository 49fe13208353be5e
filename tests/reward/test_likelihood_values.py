"""What likelihoods and verdicts are worth, against the formulas written out."""

import json
import math
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_models import model_folder
from its_models.decoder import Decoder
from its_models.tokenizer import Tokenizer
from its_reward.engine import Likelihood
from its_reward.scorers.worth import DensityRatio, WorstToken

FOLDER = model_folder("its-tiny-reward")
evidence = st.lists(st.floats(-50, 50, width=32), max_size=8).map(lambda nats: np.array(nats, np.float32))


def logprobs_of(folder, ids: list[int]) -> np.ndarray:
    decoder = Decoder.open(folder)
    row = np.array([ids], np.int64)
    logits, _ = decoder.forward(row, np.arange(len(ids))[None], np.ones_like(row), decoder.empty(1))
    shifted = logits[0].astype(np.float64) - logits[0].max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


async def test_a_step_is_worth_its_least_expected_token(reward, asking, steps):
    tokenizer = Tokenizer.open(FOLDER)
    request = asking(steps, complete=False)
    response = await reward.Score(request)

    ids = tokenizer.encode(request.text)
    expected = []
    for step in steps:
        start = len(ids)
        ids += tokenizer.encode(step)
        rows = logprobs_of(FOLDER, ids)[start - 1 : -1]
        expected.append(math.exp(min(row[token] - row.max() for row, token in zip(rows, ids[start:], strict=True))))
    assert list(response.scores[0].step_values) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("spoken", ["text", "id"])
async def test_a_verdict_is_the_good_tokens_share_at_the_steps_end(tmp_path, serve, asking, steps, spoken):
    folder = tmp_path / "verdicts"
    shutil.copytree(FOLDER, folder)
    verdicts = {"text": "+-", "id": [Tokenizer.open(FOLDER).encode(sign)[0] for sign in "+-"]}[spoken]
    (folder / "reward.json").write_text(json.dumps({"good": verdicts[0], "bad": verdicts[1], "cue": " ?"}))
    async with serve(prm={"scorer": "process", "folder": str(folder)}) as reward:
        response = await reward.Score(asking(steps))

    tokenizer = Tokenizer.open(FOLDER)
    (good,), (bad,) = tokenizer.encode("+"), tokenizer.encode("-")
    ids = tokenizer.encode(asking().text)
    expected = []
    for step in steps:
        ids += tokenizer.encode(step) + tokenizer.encode(" ?")
        last = logprobs_of(FOLDER, ids)[-1]
        expected.append(math.exp(last[good]) / (math.exp(last[good]) + math.exp(last[bad])))
    assert list(response.scores[0].step_values) == pytest.approx(expected, rel=1e-3)
    assert response.scores[0].value == pytest.approx(min(expected), rel=1e-3)


async def test_a_model_is_as_dense_as_itself(serve, asking, steps):
    settings = {"scorer": "likelihood", "folder": "its-tiny-reward", "policy": "its-tiny-reward"}
    async with serve(ratio=settings) as reward:
        score = (await reward.Score(asking(steps))).scores[0]

    assert [score.value, *score.step_values] == pytest.approx([0.5] * 4, abs=1e-6)


async def test_a_policy_beside_the_reference_makes_a_ratio(serve, asking, steps):
    there = {"scorer": "likelihood", "folder": "its-tiny-reward", "policy": "its-tiny"}
    back = {"scorer": "likelihood", "folder": "its-tiny", "policy": "its-tiny-reward"}
    async with serve(there=there, back=back) as reward:
        forth = (await reward.Score(asking(steps, model="there"))).scores[0]
        other = (await reward.Score(asking(steps, model="back"))).scores[0]

    assert [1 - value for value in other.step_values] == pytest.approx(list(forth.step_values), abs=1e-4)


@given(evidence, evidence)
def test_ratios_of_steps_add_up_to_the_ratio_of_the_whole(first, second):
    worth = DensityRatio()
    whole = worth.step(np.append(first, second))
    total = math.fsum(map(float, (*first, *second)))

    if max(abs(float(first.sum())), abs(float(second.sum())), abs(total)) < 15:
        assert worth.whole([worth.step(first), worth.step(second)]) == pytest.approx(whole, abs=1e-4)


@given(evidence)
def test_every_worth_lies_between_0_and_1(nats):
    reads = [Likelihood(-np.abs(nats), np.zeros_like(nats), 0), Likelihood(nats, nats, 0)]
    for worth in (WorstToken(), DensityRatio()):
        assert 0 <= worth.step(worth.evidence(reads)) <= 1


def test_nan_stays_nan_so_that_it_can_be_refused():
    nan = np.array([0.0, np.nan], np.float32)

    assert math.isnan(WorstToken().step(nan))
    assert math.isnan(DensityRatio().step(nan))
