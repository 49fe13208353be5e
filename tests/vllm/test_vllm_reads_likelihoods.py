"""A language model in vLLM reads what it thinks of given tokens, as the same weights in ONNX Runtime do."""

import numpy as np
import pytest

from its_models import model_folder
from its_models.decoder import Decoder
from its_models.tokenizer import Tokenizer
from its_reward.engine import Passage

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOLDER = "its-tiny-reward"
TEXT = ("What is 2 + 3 * 4?\n", "First we multiply: 3 * 4 = 12.\n\n", "Then we add: 2 + 12 = 14.\n\n", "\\boxed{14}")
CLOSE = {"atol": 2e-3, "rtol": 1e-3}


@pytest.fixture(scope="module")
def passage():
    tokenizer = Tokenizer.open(model_folder(FOLDER))
    parts = [tokenizer.encode(part) for part in TEXT]
    ids = tuple(token for part in parts for token in part)
    cuts = tuple(np.cumsum([len(part) for part in parts]).tolist())
    return Passage(ids, cuts, first=cuts[0], keep=True)


def expected(ids):
    """Log-probabilities [tokens, vocabulary] of what follows each token, from ONNX Runtime."""
    decoder = Decoder.open(model_folder(FOLDER))
    row = np.array([ids], np.int64)
    logits = decoder.forward(row, np.arange(len(ids))[None], np.ones_like(row), decoder.empty(1))[0][0]
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


async def test_likelihoods_and_modes_are_those_of_the_same_weights_elsewhere(reader, passage):
    seen = await reader.likelihood(passage)

    before = expected(passage.ids)[passage.first - 1 : -1]
    np.testing.assert_allclose(seen.tokens, before[range(len(before)), passage.ids[passage.first :]], **CLOSE)
    np.testing.assert_allclose(seen.modes, before.max(-1), **CLOSE)


async def test_reading_again_what_is_cached_gives_the_same_values(reader, passage):
    once, twice = await reader.likelihood(passage), await reader.likelihood(passage)

    np.testing.assert_allclose(once.tokens, twice.tokens, **CLOSE)


async def test_a_longer_trajectory_computes_only_what_is_new(reader, passage):
    await reader.likelihood(passage)
    longer = Passage(passage.ids + passage.ids[-40:], (len(passage.ids),), first=len(passage.ids), keep=True)
    seen = await reader.likelihood(longer)

    before = expected(longer.ids)[longer.first - 1 : -1]
    assert seen.cached >= 32
    np.testing.assert_allclose(seen.tokens, before[range(len(before)), longer.ids[longer.first :]], **CLOSE)


async def test_the_likeliest_end_counts_as_one_more_token(reader, passage):
    ends = (5, 17, 40)
    seen = await reader.likelihood(passage, ends)

    last = expected(passage.ids)[-1]
    assert len(seen.tokens) == len(passage.ids) - passage.first + 1
    np.testing.assert_allclose(seen.tokens[-1], last[list(ends)].max(), **CLOSE)
    np.testing.assert_allclose(seen.modes[-1], last.max(), **CLOSE)


async def test_probes_are_read_after_each_cut(reader, passage):
    probes = (3, 99)
    seen = await reader.probe(passage, probes)

    after = expected(passage.ids)[[cut - 1 for cut in passage.cuts[1:]]]
    np.testing.assert_allclose(seen.logprobs, after[:, list(probes)], **CLOSE)


async def test_a_passage_that_fills_the_context_is_read(reader):
    ids = tuple(range(10, 10 + 500)) + tuple(range(reader.max_context - 500))
    seen = await reader.likelihood(Passage(ids, (len(ids),), first=1, keep=False))

    assert len(seen.tokens) == reader.max_context - 1
