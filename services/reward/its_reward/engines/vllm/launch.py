"""The life of a vLLM engine: its process starts, serves and is gone at the end of the block."""

import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from vllm.config import PoolerConfig
from vllm.engine.arg_utils import AsyncEngineArgs
from vllm.platforms import current_platform

from its_reward.engine import Engine
from its_reward.engines.vllm.head import VllmHead
from its_reward.engines.vllm.language_model import VllmLanguageModel
from its_reward.engines.vllm.options import VllmOptions
from its_reward.engines.vllm.starting import started
from its_reward.settings import EngineSettings, folder_path
from its_runtime.config import ConfigError


@asynccontextmanager
async def open_engine(settings: EngineSettings, folder: str) -> AsyncGenerator[Engine, None]:
    """Run a reward model: its head where the architecture has one, otherwise its next-token logits.

    Raises:
        ConfigError: if `engine_options` has something that this engine doesn't know.
    """
    path, options = folder_path(folder), _options(settings)
    head = _has_head(path)
    os.environ.setdefault("VLLM_WORKER_MULTIPROC_METHOD", "spawn")  # gRPC's threads don't survive a fork
    engine = await started(_arguments(path, options, head=head))
    try:
        yield (VllmHead if head else VllmLanguageModel)(engine, _revision(path))
    finally:
        engine.shutdown()


def _options(settings: EngineSettings) -> VllmOptions:
    try:
        return VllmOptions.model_validate(settings.engine_options)
    except ValidationError as error:
        raise ConfigError(f"engine_options of {settings.folder!r}: {error}") from error


def _has_head(folder: Path) -> bool:
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return not any(name.endswith("ForCausalLM") for name in config.get("architectures", ()))


def _revision(folder: Path) -> str:
    """Return a hash of the weights' names, sizes and beginnings; hashing all of a large model takes minutes."""
    seen = sha256()
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as weights:
            seen.update(f"{path.name} {path.stat().st_size} ".encode() + weights.read(BEGINNING))
    return seen.hexdigest()[:16]


def _arguments(folder: Path, options: VllmOptions, *, head: bool) -> AsyncEngineArgs:
    written = options.model_dump(exclude={"extra"}, exclude_none=True)
    arguments = {**_platform(), **(_head() if head else {}), **written, **options.extra}
    return AsyncEngineArgs(model=str(folder), **_OURS, **arguments)


def _platform() -> dict[str, Any]:
    """Return what a CPU needs: blocks small enough that prefixes of ordinary steps are found again."""
    return {"block_size": 32} if current_platform.is_cpu() else {}


def _head() -> dict[str, Any]:
    """Return what makes vLLM give the head's output at every token; STEP pooling dies on a cached prefix."""
    return {"runner": "pooling", "pooler_config": PoolerConfig(tok_pooling_type="ALL")}


_OURS: dict[str, Any] = {
    "skip_tokenizer_init": True,  # only ids go in, only numbers come out
    "enable_prefix_caching": True,
    "generation_config": "vllm",
    "disable_log_stats": True,
}

BEGINNING = 1 << 24
"""Bytes of each file of weights that its revision depends on."""
