"""Real vLLM on the CPU: one engine of each kind for all tests. `make test-vllm` has it; elsewhere these are skipped."""

from importlib.util import find_spec
from pathlib import Path

import pytest
import pytest_asyncio

from its_models import model_folder

HERE = Path(__file__).parent
MISSING = pytest.mark.skip(reason="vllm isn't installed here; `make test-vllm` makes an environment that has it")

CPU = {"dtype": "float32", "kv_cache_memory_bytes": 64 << 20, "enforce_eager": True, "max_num_seqs": 64}
"""What a CPU needs: vLLM would otherwise take 92 % of the memory and compile for minutes."""


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.vllm)
            for library in ("vllm", "torch", "transformers"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore:::{library}"))
            if find_spec("vllm") is None:
                item.add_marker(MISSING)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def reader():
    """The reference model, as the likelihood scorer reads it."""
    from its_reward.engines.vllm import VllmLanguageModel, VllmOptions
    from its_reward.engines.vllm.launch import running

    async with running(model_folder("its-tiny-reward"), VllmOptions(**CPU), head=False) as engine:
        yield VllmLanguageModel(engine)
