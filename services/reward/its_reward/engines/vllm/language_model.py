"""A language model in vLLM that reads: the prompt's log-probabilities, without its cached part."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
from vllm import SamplingParams
from vllm.inputs import tokens_input
from vllm.outputs import RequestOutput
from vllm.sampling_params import RequestOutputKind
from vllm.v1.engine.async_llm import AsyncLLM

from its_reward.engine import Floats, Likelihood, Passage, Probes
from its_reward.engines.vllm.failures import translated


class VllmLanguageModel:
    """A causal language model; requests of all callers share vLLM's batches and prefix cache."""

    def __init__(self, engine: AsyncLLM, revision: str) -> None:
        self._engine = engine
        self.revision = revision

    @property
    def max_context(self) -> int:
        """One less than the engine's own: it always samples a token behind what it reads."""
        return self._engine.model_config.max_model_len - 1

    async def likelihood(self, passage: Passage, ends: Sequence[int] = ()) -> Likelihood:
        output = await self._read(passage.ids, ends, cached=True)
        if _cached(output) >= passage.first:  # a row that is wanted was not computed: it came from the cache
            output = await self._read(passage.ids, ends, cached=False)
        tokens, modes = _rows(output, len(passage.ids) - passage.first)
        if ends:
            end, mode = _end(output, ends)
            tokens, modes = np.append(tokens, end), np.append(modes, mode)
        return Likelihood(tokens, modes, _cached(output))

    async def probe(self, passage: Passage, probes: Sequence[int]) -> Probes:
        cuts = [cut for cut in passage.cuts if cut > passage.first]
        outputs = await asyncio.gather(*(self._next(passage.ids[:cut], probes) for cut in cuts))
        computed = sum(cut - _cached(output) for cut, output in zip(cuts, outputs, strict=True))
        table = np.array([_sampled(output, probes) for output in outputs], np.float32)
        return Probes(table.reshape(len(cuts), len(probes)), max(0, len(passage.ids) - computed))

    async def check(self) -> None:
        with translated():
            await self._engine.check_health()

    async def _read(self, ids: Sequence[int], ends: Sequence[int], *, cached: bool) -> RequestOutput:
        return await self._run(ids, ends, prompt_logprobs=1, skip_reading_prefix_cache=not cached)

    async def _next(self, ids: Sequence[int], probes: Sequence[int]) -> RequestOutput:
        return await self._run(ids, probes)

    async def _run(self, ids: Sequence[int], wanted: Sequence[int], **further: Any) -> RequestOutput:  # noqa: ANN401
        parameters = SamplingParams(
            temperature=0.0,
            max_tokens=1,
            logprob_token_ids=list(wanted) or None,
            flat_logprobs=True,
            detokenize=False,
            output_kind=RequestOutputKind.FINAL_ONLY,
            **further,
        )
        with translated():
            async for output in self._engine.generate(tokens_input(list(ids)), parameters, uuid.uuid4().hex):
                return output
        raise AssertionError("vLLM ended a request without an output")


def _cached(output: RequestOutput) -> int:
    return output.num_cached_tokens or 0


def _rows(output: RequestOutput, last: int) -> tuple[Floats, Floats]:
    """Return log p of the `last` tokens, and of the most probable one at each place.

    Counted from the end: of cached tokens vLLM's first model runner reports noise, its second one nothing.
    """
    rows: Any = output.prompt_logprobs
    starts = np.array(rows.start_indices[len(rows) - last :], np.int64)
    values = np.array(rows.logprobs, np.float32)
    return values[starts], values[starts + 1]


def _sampled(output: RequestOutput, wanted: Sequence[int]) -> list[float]:
    found: Any = output.outputs[0].logprobs
    values = found[0]
    return [values[token].logprob for token in wanted]


def _end(output: RequestOutput, ends: Sequence[int]) -> tuple[float, float]:
    """Return log p of the likeliest of `ends`, and of the mode, which greedy sampling took."""
    sampled: Any = output.outputs[0]
    return max(_sampled(output, ends)), sampled.logprobs[0][sampled.token_ids[0]].logprob
