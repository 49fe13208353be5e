"""Given tokens in vLLM: prompts whose log-probabilities it reports, at temperature 1."""

import asyncio
from collections.abc import Sequence
from typing import Any

from vllm import SamplingParams
from vllm.exceptions import VLLMValidationError
from vllm.inputs import tokens_input
from vllm.sampling_params import RequestOutputKind
from vllm.v1.engine.async_llm import AsyncLLM
from vllm.v1.engine.exceptions import EngineDeadError

from its_generator.backend import Evaluated, Passage
from its_runtime.errors import Internal, InvalidRequest, Unavailable


async def evaluated(engine: AsyncLLM, request_id: str, passages: Sequence[Passage]) -> Evaluated:
    """Return how probable the tokens are. vLLM computes such prompts whole: nothing of them comes from its cache.

    Raises InvalidRequest when one has no room for the token that vLLM samples behind it, which nobody sees.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_logprobs(engine, f"{request_id}/e{place}", passage))
                for place, passage in enumerate(passages)
            ]
    except* VLLMValidationError as refused:
        raise InvalidRequest.field("passages", f"vLLM can't read it: {refused.exceptions[0]}") from refused
    except* EngineDeadError as dead:
        raise Unavailable("vLLM's engine died, its log says why; send the request to another generator") from dead
    return Evaluated([task.result() for task in tasks], 0)


async def _logprobs(engine: AsyncLLM, request_id: str, passage: Passage) -> list[float]:
    parameters = SamplingParams(
        max_tokens=1, prompt_logprobs=0, detokenize=False, output_kind=RequestOutputKind.FINAL_ONLY
    )
    found: Any = None
    async for output in engine.generate(tokens_input(list(passage.token_ids)), parameters, request_id):
        found = output.prompt_logprobs
    if found is None:
        raise Internal("vLLM reported no log-probabilities of a prompt")
    places = range(passage.start, len(passage.token_ids))
    return [found[place][passage.token_ids[place]].logprob for place in places]
