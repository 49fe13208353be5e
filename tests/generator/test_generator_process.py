"""The process `python -m its_generator`, and what becomes of calls and of it when its engine fails."""

import asyncio
import signal
import sys

import grpc
import numpy as np
import pytest
from grpc import aio

from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import GeneratorServiceStub
from its_generator.backends.embedded import Embedded
from its_generator.backends.embedded.engine import Engine
from its_generator.backends.embedded.scheduler import Scheduler
from its_generator.models import Models
from its_models import model_folder
from its_models.chat_template import ChatTemplate
from its_models.decoder import Decoder
from its_models.tokenizer import Tokenizer
from its_runtime.channel import open_channel
from its_runtime.errors import Unavailable
from its_runtime.watching import watched


class BreakingDecoder(Decoder):
    """Fails in its fifth forward pass, as an engine does that runs out of memory."""

    passes = 0

    def forward(self, ids, positions, mask, cache):
        self.passes += 1
        if self.passes == 5:
            raise MemoryError(f"{np.prod(ids.shape)} tokens were too many: secret/path")
        return super().forward(ids, positions, mask, cache)


@pytest.fixture
def breaking():
    folder = model_folder("its-tiny")
    decoder, tokenizer = BreakingDecoder.open(folder), Tokenizer.open(folder)
    scheduler = Scheduler(decoder, tokenizer.eos_ids, max_batch=8, cache_bytes=0)
    with Engine(scheduler).running() as engine:
        yield Embedded(engine, tokenizer, ChatTemplate.open(folder), (512, 874), "r")


async def test_an_engine_that_fails_fails_its_calls_and_those_that_come_later(
    breaking, serve_models, read, asking, forever
):
    async with serve_models(Models({"tiny": breaking})) as stub:
        requests = [asking(sampling={"logit_bias": forever, "max_tokens": 50}) for _ in range(3)]
        outcomes = await asyncio.gather(*(read(stub, request) for request in requests), return_exceptions=True)
        with pytest.raises(aio.AioRpcError) as later:
            await read(stub, asking())

    for failed in (*outcomes, later.value):
        assert failed.code() == grpc.StatusCode.UNAVAILABLE
        assert "secret" not in failed.details()


async def test_a_process_whose_engine_failed_ends(breaking, serve_models, read, asking):
    models = Models({"tiny": breaking})
    watching = asyncio.create_task(watched(models.check))
    async with serve_models(models) as stub:
        with pytest.raises(aio.AioRpcError):
            await read(stub, asking(sampling={"min_tokens": 16}))

    with pytest.raises(Unavailable, match="engine failed"):
        await watching


async def test_the_process_serves_until_it_is_told_to_stop():
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "its_generator"),
        env={"ITS_GENERATOR_PORT": "0", "ITS_GENERATOR_LOG_FORMAT": "json"},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    while b'"address"' not in (line := await process.stderr.readline()):
        assert line, "it ended before it served"
    address = line.decode().split('"address": "')[1].split('"')[0]

    async with open_channel(address) as channel:
        able = await GeneratorServiceStub(channel).GetCapabilities(pb.GetCapabilitiesRequest())
    process.send_signal(signal.SIGTERM)
    await process.communicate()

    assert able.models[0].model.name == "its-tiny"
    assert process.returncode == 0
