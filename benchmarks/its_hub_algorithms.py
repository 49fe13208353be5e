"""its_hub's own algorithms on problems that come as lines; runs in the peers' environment, `.venv-peers`.

    python benchmarks/its_hub_algorithms.py FRONT CONCURRENCY < orders > answers

An order is `{"key", "problem", "algorithm", "budget"}` as JSON; an answer is `{"key", "text"}`. The key of an order is
also the API key of its calls, so that the front knows whose tokens they are. Steps end with a blank line, a search ends
with the box, and the reward is our reward model's, aggregated as our own algorithm of that name has it.
"""

import asyncio
import json
import sys
import warnings

import aiohttp
from its_hub.api import AbstractOutcomeRewardModel, AbstractProcessRewardModel
from its_hub.core.algorithms.beam_search import BeamSearch
from its_hub.core.algorithms.bon import BestOfN
from its_hub.core.algorithms.particle_gibbs import ParticleFiltering
from its_hub.core.algorithms.self_consistency import SelfConsistency, create_regex_projection_function
from its_hub.core.lms.openai_lm import OpenAICompatibleLanguageModel
from its_hub.core.lms.step_generation import StepGeneration
from its_hub.core.orchestrator import LMOrchestrator

BEAM_WIDTH = 4
MAX_STEPS = 12
MODEL, LAST = 1, 4
"""Aggregations, as the contract numbers them."""


class Reward(AbstractProcessRewardModel, AbstractOutcomeRewardModel):
    """Our reward model behind the front; `session` is shared by all."""

    def __init__(self, session, front, aggregation):
        self._session = session
        self._url = f"{front}/score"
        self._aggregation = aggregation

    async def ascore(self, messages, steps=None, **_):
        """Score partial answers of a prompt, or whole conversations that have a question and an answer each."""
        if steps is None:
            prompt, steps = messages[0][0].content, [conversation[-1].content for conversation in messages]
        else:
            prompt = messages.removeprefix("user: ")
        body = {"prompt": prompt, "answers": steps, "aggregation": self._aggregation}
        async with self._session.post(self._url, json=body) as response:
            return await response.json()

    def score(self, *_, **__):
        """Say that nobody scores synchronously here."""
        raise NotImplementedError("only ascore is used here")


def algorithm(name, session, front):
    """Return its_hub's algorithm of that name."""
    every = LMOrchestrator(max_concurrency=-1)
    steps = StepGeneration(max_steps=MAX_STEPS, step_token="\n\n", stop_token="\\boxed", temperature=1.0)
    kinds = {
        "self-consistency": lambda: SelfConsistency(
            create_regex_projection_function([r"\\boxed\{(.+?)\}"]), orchestrator=every
        ),
        "best-of-n": lambda: BestOfN(Reward(session, front, MODEL), orchestrator=every),
        "beam-search": lambda: BeamSearch(steps, Reward(session, front, LAST), beam_width=BEAM_WIDTH),
        "particle-filtering": lambda: ParticleFiltering(steps, Reward(session, front, MODEL)),
    }
    return kinds[name]()


async def solved(order, session, front):
    """Return the text of its answer."""
    how = {"temperature": 1.0, "verify_ssl": False}
    async with OpenAICompatibleLanguageModel(f"{front}/v1", order["key"], "its-tiny", **how) as model:
        chosen = await algorithm(order["algorithm"], session, front).ainfer(model, order["problem"], order["budget"])
    return chosen["content"]


async def main(front, concurrency):
    """Work through the orders, a few at a time."""
    gate = asyncio.Semaphore(concurrency)
    async with aiohttp.ClientSession() as session:

        async def one(order):
            async with gate:
                text = await solved(order, session, front)
            print(json.dumps({"key": order["key"], "text": text}), flush=True)

        await asyncio.gather(*(one(json.loads(line)) for line in sys.stdin))


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
