"""Real vLLM on the CPU: one engine of each kind for all tests. `make test-vllm` has it; elsewhere these are skipped."""

from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import pytest_asyncio

from its_generator.models import Models, open_models
from its_generator.settings import Settings, VllmModel
from its_reward.engines import open_engine
from its_reward.settings import LikelihoodSettings

HERE = Path(__file__).parent
MISSING = pytest.mark.skip(reason="vllm isn't installed here; `make test-vllm` makes an environment that has it")


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.vllm)
            for library in ("vllm", "torch", "transformers"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore:::{library}"))
            if find_spec("vllm") is None:
                item.add_marker(MISSING)


@pytest.fixture(scope="session")
def cpu():
    """What vLLM has to be told on a CPU; it would otherwise take 92 % of the memory and compile for minutes."""
    return {"dtype": "float32", "kv_cache_memory_bytes": 64 << 20, "enforce_eager": True, "max_num_seqs": 64}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def reader(cpu):
    """The reference model, as the likelihood scorer reads it."""
    folder = "its-tiny-reward"
    settings = LikelihoodSettings(scorer="likelihood", engine="vllm", folder=folder, engine_options=cpu)
    async with open_engine(settings) as engine:
        yield engine


def _generators_own(name):
    """A module of the generator's tests, which are no package."""
    spec = spec_from_file_location(f"generator_{name}", HERE.parent / "generator" / f"{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def words():
    """How the generator's tests ask, read and wait."""
    return _generators_own("conftest")


@pytest.fixture
def read(words):
    return words.read_all


@pytest.fixture
def asking(words):
    return words.request_of


@pytest.fixture
def new_reply(words):
    return words.Reply


@pytest.fixture
def eventually(words):
    return words.until


@pytest.fixture
def forever(words):
    return words.FOREVER


@pytest.fixture
def tiny(policy):
    """The shipped model, in vLLM."""
    return policy


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stub(policy, words):
    """A generator that serves it under its name."""
    async with words.serving_models(Models({"its-tiny": policy})) as stub:
        yield stub


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def forgetful(words):
    """The same model in the embedded engine, without a cache."""
    async with words.serving_settings(tiny={"backend": "embedded", "folder": "its-tiny", "cache_bytes": 0}) as stub:
        yield stub


@pytest.fixture
def token(policy):
    """The id of a text that is one token."""

    async def of(text):
        (one,) = await policy.tokenize(text)
        return one

    return of


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def policy(cpu):
    """The policy, as the generator serves it."""
    settings = Settings(models={"its-tiny": VllmModel(backend="vllm", folder="its-tiny", **cpu)})
    async with open_models(settings) as models:
        yield models[""][1]
