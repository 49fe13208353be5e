"""A process reward model with a head, made of random weights here, judged the same by vLLM and by Transformers."""

import json

import numpy as np
import pytest
import pytest_asyncio

from its_models import model_folder
from its_reward.engine import Passage
from its_reward.engines import open_engine
from its_reward.settings import ProcessSettings
from its_runtime.config import ConfigError
from its_runtime.errors import Unsupported

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTH, VOCABULARY = 64, 900
CLOSE = {"atol": 1e-4, "rtol": 1e-3}


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """A random Qwen2ForProcessRewardModel as Qwen2.5-Math-PRM has it: a two-layer head of two classes."""
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    torch.manual_seed(5)
    config = transformers.Qwen2Config(
        vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=256, initializer_range=0.5,
        architectures=["Qwen2ForProcessRewardModel"],
    )  # fmt: skip
    body = transformers.Qwen2Model(config).eval()
    head = torch.nn.Sequential(torch.nn.Linear(WIDTH, WIDTH), torch.nn.ReLU(), torch.nn.Linear(WIDTH, 2))
    folder = tmp_path_factory.mktemp("process-reward-model")
    _save(folder, config, body, head)
    return folder, body, head


def _save(folder, config, body, head):
    safetensors = pytest.importorskip("safetensors.torch")
    tensors = {f"model.{name}": value for name, value in body.state_dict().items()}
    tensors |= {f"score.{name}": value for name, value in head.state_dict().items()}
    safetensors.save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps({**config.to_dict(), "torch_dtype": "float32"}, default=str))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((model_folder("its-tiny") / name).read_bytes())
    (folder / "reward.json").write_text('{"good": 1, "bad": 0, "cue": "\\n\\n"}')


@pytest.fixture(scope="session")
def settings(weights, cpu):
    options = {**cpu, "max_num_seqs": 16}
    return ProcessSettings(scorer="process", engine="vllm", folder=str(weights[0]), engine_options=options)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def judge(settings):
    async with open_engine(settings) as engine:
        yield engine


@pytest.fixture(scope="session")
def expected(weights):
    """Log-probabilities [tokens, classes] after each token, from Transformers."""
    torch = pytest.importorskip("torch")

    def of(ids):
        with torch.no_grad():
            hidden = weights[1](torch.tensor([ids])).last_hidden_state[0]
            return torch.log_softmax(weights[2](hidden), -1).numpy()

    return of


def passage(length, cuts, first, seed=0):
    ids = np.random.default_rng(seed).integers(5, VOCABULARY, length)
    return Passage(tuple(ids.tolist()), cuts, first=first, keep=True)


async def test_verdicts_are_those_of_the_same_weights_elsewhere(judge, expected):
    asked = passage(90, (20, 50, 71, 90), first=20)
    seen = await judge.probe(asked, (1, 0))

    np.testing.assert_allclose(seen.logprobs, expected(asked.ids)[[49, 70, 89]][:, [1, 0]], **CLOSE)
    assert np.ptp(np.exp(seen.logprobs[:, 0])) > 0.01


async def test_a_longer_trajectory_computes_only_its_new_step(judge, expected):
    whole = passage(150, (20, 100, 150), first=100, seed=1)
    await judge.probe(Passage(whole.ids[:100], (20, 100), first=20, keep=True), (1, 0))
    seen = await judge.probe(whole, (1, 0))

    assert seen.cached == 96
    np.testing.assert_allclose(seen.logprobs, expected(whole.ids)[[149]][:, [1, 0]], **CLOSE)


async def test_a_step_that_is_cached_is_judged_again_all_the_same(judge, expected):
    asked = passage(150, (20, 40, 150), first=20, seed=2)
    await judge.probe(asked, (1, 0))
    again = await judge.probe(asked, (1, 0))

    np.testing.assert_allclose(again.logprobs, expected(asked.ids)[[39, 149]][:, [1, 0]], **CLOSE)


async def test_a_head_predicts_no_tokens(judge):
    with pytest.raises(Unsupported, match="process"):
        await judge.likelihood(passage(30, (10, 30), first=10))


async def test_an_option_that_the_engine_does_not_know_is_named(settings):
    wrong = settings.model_copy(update={"engine_options": {"dtipe": "float32"}})
    with pytest.raises(ConfigError, match="dtipe"):
        async with open_engine(wrong):
            pass
