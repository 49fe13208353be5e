"""A reward model with a head in vLLM: its classes at the end of each step.

Zhang et al. 2025, "The Lessons of Developing Process Reward Models in Mathematical Reasoning", section 4
(arXiv 2501.07301): Qwen2.5-Math-PRM puts a two-class head on the token that ends a step.
"""

import uuid
from collections.abc import Sequence

import numpy as np
from vllm import PoolingParams, PoolingRequestOutput
from vllm.inputs import tokens_input
from vllm.v1.engine.async_llm import AsyncLLM

from its_reward.engine import Floats, Likelihood, Passage, Probes
from its_reward.engines.vllm.failures import translated
from its_runtime.errors import Unsupported


class VllmHead:
    """A model whose head classifies tokens; only tokens that are not cached are computed."""

    def __init__(self, engine: AsyncLLM, revision: str) -> None:
        self._engine = engine
        self.revision = revision

    @property
    def max_context(self) -> int:
        return self._engine.model_config.max_model_len

    async def likelihood(self, passage: Passage, ends: Sequence[int] = ()) -> Likelihood:
        raise Unsupported("a reward model with a head predicts no tokens; serve it as scorer `process`")

    async def probe(self, passage: Passage, probes: Sequence[int]) -> Probes:
        cuts = np.array([cut for cut in passage.cuts if cut > passage.first], np.int64)
        logits, cached = await self._logits(passage.ids, cached=True)
        if cuts.size and cuts[0] <= cached:  # a row that is wanted was not computed: it came from the cache
            logits, cached = await self._logits(passage.ids, cached=False)
        rows = logits[cuts - 1 - cached]
        return Probes(_log_softmax(rows)[:, list(probes)], cached)

    async def check(self) -> None:
        with translated():
            await self._engine.check_health()

    async def _logits(self, ids: Sequence[int], *, cached: bool) -> tuple[Floats, int]:
        """Return the head's logits [computed tokens, classes], and how many tokens before them weren't computed."""
        parameters = PoolingParams(task="token_classify", use_activation=False, skip_reading_prefix_cache=not cached)
        with translated():
            async for output in self._engine.encode(tokens_input(list(ids)), parameters, uuid.uuid4().hex):
                return _data(output), len(ids) - len(output.outputs.data)
        raise AssertionError("vLLM ended a request without an output")


def _data(output: PoolingRequestOutput) -> Floats:
    return output.outputs.data.float().numpy()


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
