"""Generators on free ports, with the shipped model or any other, and what they stream put together and checked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import settings

from its.chat.v1 import chat_pb2 as chat
from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import GeneratorServiceStub, add_GeneratorServiceServicer_to_server
from its_generator.__main__ import SERVICE
from its_generator.backends.embedded import open_embedded
from its_generator.models import Models, open_models
from its_generator.servicer import GeneratorServicer
from its_generator.settings import EmbeddedModel, Settings
from its_runtime.channel import open_channel
from its_runtime.server import new_server, serving

settings.register_profile("its", deadline=None)  # how long an example takes is no matter of being right
settings.load_profile("its")

QUESTION = "Lena buys 6 pens at 6 dollars each. How much is the bill?"
FOREVER = {873: -100.0, 871: -100.0}
"""Logit bias that keeps the shipped model from ending."""


@dataclass
class Sequence:
    """One sequence, put together."""

    ids: list[int] = field(default_factory=list)
    text: str = ""
    logprobs: list[float] = field(default_factory=list)
    tops: list[pb.TopLogprobs] = field(default_factory=list)
    steps: list[tuple[int, int]] = field(default_factory=list)
    """Number of a completed step, and how many tokens there were at its end."""
    finished: pb.Finished | None = None

    @property
    def reason(self) -> str:
        return pb.StopReason.Name(self.finished.stop_reason).removeprefix("STOP_REASON_")


class Reply:
    """One call's stream, held to the rules of the contract as it is read."""

    def __init__(self):
        self.started: pb.Started | None = None
        self.usage: pb.Usage | None = None
        self.messages: list[pb.GenerateResponse] = []
        self.sequences: dict[int, Sequence] = {}

    def __getitem__(self, sequence: int) -> Sequence:
        return self.sequences[sequence]

    def take(self, message: pb.GenerateResponse) -> None:
        assert self.usage is None, "nothing follows the usage"
        assert message.HasField("started") == (not self.messages), "what is fixed comes first and once"
        self.messages.append(message)
        self.started = self.started or message.started
        for delta in message.deltas:
            self._take(delta)
        for end in message.finished:
            sequence = self.sequences.setdefault(end.sequence, Sequence())
            assert sequence.finished is None, "a sequence finishes once"
            sequence.finished = end
            assert not sequence.ids or end.completion_tokens == len(sequence.ids)
        if message.HasField("usage"):
            self.usage = message.usage

    def _take(self, delta: pb.Delta) -> None:
        sequence = self.sequences.setdefault(delta.sequence, Sequence())
        assert sequence.finished is None, "nothing follows the end"
        assert not delta.token_ids or delta.offset == len(sequence.ids), "no gap, no duplicate"
        sequence.ids += delta.token_ids
        sequence.text += delta.text
        sequence.logprobs += delta.logprobs
        sequence.tops += delta.top_logprobs
        if delta.HasField("completed_step"):
            assert delta.completed_step == len(sequence.steps)
            sequence.steps.append((delta.completed_step, len(sequence.ids)))


async def read_all(stub: GeneratorServiceStub, request: pb.GenerateRequest, **call: object) -> Reply:
    """Read a stream to its end, which must be a complete one."""
    reply = Reply()
    async for message in stub.Generate(request, **call):
        reply.take(message)
    assert reply.usage is not None
    assert all(sequence.finished for sequence in reply.sequences.values())
    return reply


numbers = count(1)


def request_of(
    *,
    n: int = 1,
    request_id: str = "",
    prompt: str | list[int] = QUESTION,
    prefixes: tuple[list[int] | str, ...] = (),
    delimiters: tuple[str, ...] = (),
    logprobs: int | None = None,
    flush: int = 0,
    model: str = "",
    sampling: dict[str, object] | None = None,
    **steps: int,
) -> pb.GenerateRequest:
    """A request; `prefixes` makes one branch of each, of `n` sequences; `steps` is the rest of the step policy."""
    policy = {"delimiters": {"texts": delimiters}, **steps} if delimiters else steps
    request = pb.GenerateRequest(
        request_id=request_id or f"r{next(numbers)}",
        model=model,
        branches=[branch_of(n, prefix) for prefix in prefixes or [()]],
        sampling={"seed": 7, "max_tokens": 16} | (sampling or {}),
        step_policy=policy or None,
        logprobs=None if logprobs is None else {"top": logprobs},
        flush_every_n_tokens=flush,
    )
    if isinstance(prompt, str):
        request.conversation.messages.add(role=chat.ROLE_USER).content.add(text=prompt)
    else:
        request.token_ids.ids.extend(prompt)
    return request


def branch_of(n: int, prefix: list[int] | str) -> pb.Branch:
    if isinstance(prefix, str):
        return pb.Branch(num_sequences=n, text=prefix)
    return pb.Branch(num_sequences=n, token_ids={"ids": prefix} if prefix else None)


@asynccontextmanager
async def serving_models(models: Models) -> AsyncIterator[GeneratorServiceStub]:
    settings = Settings(port=0, grace_seconds=0.0)
    server = new_server(settings)
    add_GeneratorServiceServicer_to_server(GeneratorServicer(models), server)
    async with serving(server, settings, SERVICE) as port, open_channel(f"127.0.0.1:{port}") as channel:
        yield GeneratorServiceStub(channel)


@asynccontextmanager
async def serving_settings(**models: dict) -> AsyncIterator[GeneratorServiceStub]:
    settings = Settings.model_validate({"models": models} if models else {})
    async with open_models(settings) as opened, serving_models(opened) as stub:
        yield stub


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that another thread makes true."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  (an engine's thread sets no event)
            await asyncio.sleep(0.002)


@pytest.fixture
def serve_models():
    return serving_models


@pytest.fixture
def serve():
    return serving_settings


@pytest.fixture
def read():
    return read_all


@pytest.fixture
def asking():
    return request_of


@pytest.fixture
def new_reply():
    return Reply


@pytest.fixture
def eventually():
    return until


@pytest.fixture
def forever():
    return FOREVER


@pytest.fixture
def tiny():
    """The shipped model in the embedded engine."""
    with open_embedded(EmbeddedModel(folder="its-tiny")) as backend:
        yield backend


@pytest.fixture
async def stub(tiny):
    """A generator that serves it under its name."""
    async with serving_models(Models({"its-tiny": tiny})) as stub:
        yield stub


@pytest.fixture
def token(tiny):
    """The id of a text that is one token."""

    async def of(text: str) -> int:
        (one,) = await tiny.tokenize(text)
        return one

    return of
