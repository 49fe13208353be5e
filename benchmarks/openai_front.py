"""A front with OpenAI's protocol for our generator and reward model, as plain as it can be, for peers that need one.

It continues an assistant's message as vLLM does (`continue_final_message`), stops at a text and leaves that out, and
counts tokens by the key of the request. `/score` answers for a reward model: a value for each partial answer.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from its.chat.v1 import chat_pb2
from its.generator.v1 import generator_pb2 as gen
from its.generator.v1.generator_pb2_grpc import GeneratorServiceStub
from its.reward.v1 import reward_pb2 as rew
from its.reward.v1.reward_pb2_grpc import RewardServiceStub
from its_runtime.calls import responses
from its_runtime.channel import open_channel

STEP = "\n\n"
END = "\\boxed{"
"""What only a last step has."""


class Front:
    """The two routes; `spent` has the completion tokens of each key."""

    def __init__(self, generator: GeneratorServiceStub, reward: RewardServiceStub) -> None:
        self.spent: Counter[str] = Counter()
        self._generator = generator
        self._reward = reward
        self._numbers = itertools.count()

    async def complete(self, request: Request) -> JSONResponse:
        """Answer `/v1/chat/completions`."""
        asked = await request.json()
        text, used = await self._sampled(generate_request(asked, next(self._numbers)))
        self.spent[request.headers["authorization"].removeprefix("Bearer ")] += used.completion_tokens
        if stop := asked.get("stop"):
            text = text.removesuffix(stop)
        usage = {"prompt_tokens": used.prompt_tokens, "completion_tokens": used.completion_tokens}
        message = {"role": "assistant", "content": text}
        return JSONResponse({"choices": [{"index": 0, "finish_reason": "stop", "message": message}], "usage": usage})

    async def score(self, request: Request) -> JSONResponse:
        """Answer `/score`: `{prompt, answers, aggregation}` becomes a list of values."""
        asked = await request.json()
        message = rew.ScoreRequest(request_id=f"front-{next(self._numbers)}", aggregation=asked["aggregation"])
        message.conversation.messages.append(said(chat_pb2.ROLE_USER, asked["prompt"]))
        message.trajectories.extend(trajectory(number, text) for number, text in enumerate(asked["answers"]))
        told = await self._reward.Score(message, timeout=600)
        values = {score.trajectory_id: score.value for score in told.scores}
        return JSONResponse([values[str(number)] for number in range(len(values))])

    async def _sampled(self, message: gen.GenerateRequest) -> tuple[str, gen.Usage]:
        text, usage = "", gen.Usage()
        async with aclosing(responses(self._generator.Generate(message, timeout=600), "generator")) as stream:
            async for response in stream:
                text += "".join(delta.text for delta in response.deltas)
                if response.HasField("usage"):
                    usage = response.usage
        return text, usage


def generate_request(asked: dict, number: int) -> gen.GenerateRequest:
    """Return what OpenAI's request asks of the generator."""
    *messages, last = asked["messages"]
    message = gen.GenerateRequest(request_id=f"front-{number}")
    if asked.get("continue_final_message"):
        message.branches.add(text=last["content"], num_sequences=1)
    else:
        messages.append(last)
    roles = {"user": chat_pb2.ROLE_USER, "system": chat_pb2.ROLE_SYSTEM}
    message.conversation.messages.extend(said(roles[one["role"]], one["content"]) for one in messages)
    message.sampling.temperature = asked["temperature"]
    if stop := asked.get("stop"):
        message.step_policy.delimiters.texts.append(stop)
        message.step_policy.max_steps = 1
    return message


def trajectory(number: int, text: str) -> rew.Trajectory:
    """Return an answer, cut into steps; each but the very last one ends with the blank line."""
    complete = END in text
    steps = [step + STEP for step in text.split(STEP)]
    if complete:
        steps[-1] = steps[-1].removesuffix(STEP)
    return rew.Trajectory(id=str(number), text=rew.TextSteps(steps=steps), complete=complete)


def said(role: int, text: str) -> chat_pb2.Message:
    """Return a message."""
    return chat_pb2.Message(role=role, content=[chat_pb2.ContentPart(text=text)])


@asynccontextmanager
async def front(generator: str, reward: str, port: int) -> AsyncGenerator[Front]:
    """Serve the front at `port` of 127.0.0.1 inside the block."""
    async with open_channel(generator) as to_generator, open_channel(reward) as to_reward:
        made = Front(GeneratorServiceStub(to_generator), RewardServiceStub(to_reward))
        routes = [
            Route("/v1/chat/completions", made.complete, methods=["POST"]),
            Route("/score", made.score, methods=["POST"]),
        ]
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=port, log_level="warning"))
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve())
            yield made
            server.should_exit = True
