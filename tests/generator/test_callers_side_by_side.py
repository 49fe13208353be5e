"""Callers share the engine: nobody queues behind anybody."""

import asyncio

from its_generator.backends.embedded import open_embedded
from its_generator.models import Models
from its_generator.settings import EmbeddedModel


async def test_sixteen_callers_all_get_tokens_before_the_first_is_done(stub, tiny, asking, forever, eventually):
    everybody = asyncio.Barrier(16)

    async def call(number: int) -> None:
        request = asking(n=8, prompt=f"Caller {number}", flush=1, sampling={"logit_bias": forever, "max_tokens": 400})
        stream = stub.Generate(request)
        message = await stream.read()
        assert message.deltas
        await everybody.wait()
        assert sum(tiny.load) == 16 * 8, "nobody is done"
        await everybody.wait()
        stream.cancel()

    await asyncio.gather(*(call(number) for number in range(16)))
    await eventually(lambda: tiny.load == (0, 0))


async def test_a_small_call_passes_by_one_that_fills_the_batch(stub, tiny, read, asking, forever, eventually):
    request = asking(n=512, sampling={"logit_bias": forever, "max_tokens": 400}, flush=1)
    large = stub.Generate(request)
    await large.read()
    await eventually(lambda: tiny.load.running == 32)

    small = await read(stub, asking(sampling={"logit_bias": forever, "max_tokens": 5}))

    assert small[0].reason == "LENGTH"
    assert tiny.load.running + tiny.load.waiting > 32, "the large one is far from done"
    large.cancel()
    await eventually(lambda: tiny.load == (0, 0))


async def test_the_batch_has_its_limit_and_everybody_a_place(serve_models, asking, read, forever):
    most = 0
    with open_embedded(EmbeddedModel(folder="its-tiny", max_batch=4)) as small:
        async with serve_models(Models({"small": small})) as stub:
            calls = [
                asyncio.create_task(
                    read(stub, asking(n=3, prompt=f"{place}", sampling={"logit_bias": forever, "max_tokens": 20}))
                )
                for place in range(6)
            ]
            while not all(call.done() for call in calls):
                most = max(most, small.load.running)
                await asyncio.wait(calls, timeout=0.001)

    assert all(len(call.result().sequences) == 3 for call in calls)
    assert 4 <= most < 4 + 6, "the batch is full before those come in who have no place yet"
