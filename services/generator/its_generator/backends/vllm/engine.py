"""The life of a vLLM engine: its process starts, serves and is gone at the end of the block."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from vllm import envs
from vllm.engine.arg_utils import AsyncEngineArgs
from vllm.platforms import current_platform
from vllm.v1.engine.async_llm import AsyncLLM

from its_generator.backends.vllm.starting import started
from its_generator.settings import VllmModel


@asynccontextmanager
async def running(settings: VllmModel, folder: Path, tokenizer: Path) -> AsyncGenerator[AsyncLLM, None]:
    """Run the model in `folder` inside the block."""
    os.environ.setdefault("VLLM_WORKER_MULTIPROC_METHOD", "spawn")  # gRPC's threads don't survive a fork
    engine = await started(arguments(settings, folder, tokenizer))
    try:
        yield engine
    finally:
        engine.shutdown()


def arguments(settings: VllmModel, folder: Path, tokenizer: Path) -> AsyncEngineArgs:
    """Return what vLLM is started with: the settings over what the platform needs."""
    written = settings.model_dump(exclude={"backend", "folder", "tokenizer", "revision"}, exclude_none=True)
    return AsyncEngineArgs(
        model=str(folder),
        tokenizer=str(tokenizer),
        enable_prefix_caching=True,
        scheduling_policy="priority",  # callers don't queue behind one with many sequences: its_generator…vllm.run
        generation_config="vllm",  # what a request doesn't say is the contract's default, not the model's
        max_logprobs=MAX_TOP_LOGPROBS,
        logprobs_mode="raw_logprobs",
        disable_log_stats=True,
        **{**_platform(settings), **written},
    )


def is_reproducible() -> bool:
    """Return whether the same seed draws the same tokens whatever else is in the batch.

    On a GPU only with VLLM_BATCH_INVARIANT=1, which costs speed: kernels otherwise depend on the batch's size.
    """
    return current_platform.is_cpu() or envs.VLLM_BATCH_INVARIANT


def _platform(settings: VllmModel) -> dict[str, Any]:
    """Return what keeps the engine alive on a CPU, where a seed together with a partial prefill kills it.

    Blocks of 32 tokens rather than 128 let the steps of a search find their prefix again.
    """
    if not current_platform.is_cpu():
        return {}
    longest = settings.max_model_len or LONGEST_ON_A_CPU
    return {"block_size": 32, "enable_chunked_prefill": False, "max_num_batched_tokens": max(2048, longest)}


MAX_TOP_LOGPROBS = 64
"""The contract's limit."""

LONGEST_ON_A_CPU = 32_768
"""A longer context has to be asked for by `max_model_len`."""
