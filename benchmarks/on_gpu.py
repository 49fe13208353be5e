"""The comparisons that mean more on a GPU, in one command for a machine that has one. It refuses to run on any other.

    python benchmarks/on_gpu.py [--model FOLDER]

In an environment with vLLM for CUDA, and the peers' beside it (`make .venv-peers/.ready .venv-optillm/.ready`):
the overhead of a request; accuracy against tokens with both models in vLLM; and vLLM through our generator beside vLLM
alone. The last one takes a model of real size: a Hugging Face folder of yours, or else one with random weights that is
made for it, as only speed counts there. Results are called gpu-*.md.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from sheet import RESULTS

from its_models import model_folder

HERE = Path(__file__).parent
MADE = HERE.parent / ".bench/random-1.5b"
CONFIG = """\
generator: {models: {its-tiny: {backend: vllm, folder: its-tiny, gpu_memory_utilization: 0.3}}}
reward: {models: {its-tiny-reward: {scorer: likelihood, engine: vllm, folder: its-tiny-reward,
  engine_options: {gpu_memory_utilization: 0.3}}}}
"""
SIZE = {
    "hidden_size": 1536,
    "intermediate_size": 8960,
    "num_hidden_layers": 28,
    "num_attention_heads": 12,
    "num_key_value_heads": 2,
    "vocab_size": 151_936,
    "max_position_embeddings": 32_768,
}
"""As Qwen2.5's of 1.5 billion parameters."""


def random_model() -> Path:
    """Return a folder with a model of real size and random weights, and the small one's tokenizer; make it once."""
    if (MADE / "config.json").exists():
        return MADE
    import torch  # noqa: PLC0415  (comes with vLLM)
    from transformers import AutoConfig, AutoModelForCausalLM  # noqa: PLC0415

    small = model_folder("its-tiny")
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(small, **SIZE), dtype=torch.bfloat16)
    model.save_pretrained(MADE)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (MADE / name).write_bytes((small / name).read_bytes())
    return MADE


def commands(model: Path, config: Path) -> list[list[str]]:
    """Return what is run, in order."""
    long = ["--sequences", "1", "16", "64", "256", "--tokens", "256", "--search", "64", "16", "128"]
    return [
        ["overhead.py", "--out", "gpu-overhead.md"],
        ["peer_accuracy.py", "--config", str(config), "--every", "1", "--out", "gpu-peer_accuracy.md"],
        ["vllm_beside.py", "--gpu", "--model", str(model), *long, "--out", "gpu-vllm_beside.md"],
    ]


def gpus() -> int:
    """Return how many GPUs PyTorch sees here."""
    try:
        import torch  # noqa: PLC0415  (comes with vLLM)
    except ImportError:
        return 0
    return torch.cuda.device_count()


def main(model: str | None) -> None:
    """Run everything; the first failure ends it."""
    if not gpus():
        sys.exit("no GPU is seen by this environment's PyTorch; on a CPU, `make bench` measures the same in small")
    MADE.parent.mkdir(exist_ok=True)
    config = MADE.parent / "on_gpu.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    for command in commands(Path(model) if model else random_model(), config):
        print(f"\n$ python benchmarks/{' '.join(command)}", flush=True)
        subprocess.run([sys.executable, str(HERE / command[0]), *command[1:]], check=True)
    print(f"\nwritten: {', '.join(sorted(path.name for path in RESULTS.glob('gpu-*.md')))}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a Hugging Face folder for the comparison with vLLM alone")
    main(parser.parse_args().model)
