"""Engines: what computes a language model's opinion of given tokens."""

from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Any

from its_reward.engine import Engine
from its_reward.engines.embedded import open_embedded
from its_reward.settings import EngineSettings

__all__ = ["open_engine"]


def open_engine(settings: EngineSettings, folder: str | None = None) -> AbstractAsyncContextManager[Engine]:
    """Load `folder` (default: the settings' own) on the engine that the settings name; leaving releases it."""
    if settings.engine == "embedded":
        return open_embedded(settings, folder or settings.folder)
    module: Any = import_module("its_reward.engines.vllm")  # vLLM is an extra
    return module.open_engine(settings, folder or settings.folder)
