"""The real reward-hub on small random models made here, under the only names that it knows.

`make test-reward-hub` has the package; elsewhere these are skipped.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from its_models import model_folder

HERE = Path(__file__).parent
MISSING = pytest.mark.skip(
    reason="reward-hub isn't installed here; `make test-reward-hub` makes an environment with it"
)
STEP_TAG = "<extra_0>"


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.reward_hub)
            item.add_marker(pytest.mark.filterwarnings("ignore"))  # of torch, Transformers and litellm, while imported
            if find_spec("reward_hub") is None:
                item.add_marker(MISSING)


@pytest.fixture
def qwen_prm(tmp_path, monkeypatch):
    """Qwen/Qwen2.5-Math-PRM-7B, two numbers wide: what its last layer says of a token are the two classes."""
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    torch.manual_seed(3)
    config = transformers.Qwen2Config(
        vocab_size=900, hidden_size=2, intermediate_size=16, num_hidden_layers=2, num_attention_heads=1,
        num_key_value_heads=1, max_position_embeddings=512, initializer_range=2.0,
    )  # fmt: skip
    model = transformers.Qwen2Model(config).eval().to(torch.bfloat16)
    name = "Qwen/Qwen2.5-Math-PRM-7B"
    folder = tmp_path / name
    model.save_pretrained(folder)
    _tokenizer(folder)
    monkeypatch.chdir(tmp_path)  # a folder in the working directory goes before the hub
    return name, model


def _tokenizer(folder):
    """Save the shipped tokenizer with the tag that ends a step."""
    tokenizers = pytest.importorskip("tokenizers")
    shipped = model_folder("its-tiny")
    tokenizer = tokenizers.Tokenizer.from_file(str(shipped / "tokenizer.json"))
    tokenizer.add_special_tokens([STEP_TAG])
    tokenizer.save(str(folder / "tokenizer.json"))
    config = json.loads((shipped / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(config | {"tokenizer_class": "PreTrainedTokenizerFast"}))
