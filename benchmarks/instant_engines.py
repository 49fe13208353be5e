"""Engines that answer at once, in a process of their own: a generator over gRPC, and a server of OpenAI's protocol.

    python benchmarks/instant_engines.py GENERATOR_PORT OPENAI_PORT

Both give the same answers in the same order, twenty tokens each, made once and told of nowhere, so that what is in
front of them can be compared.
"""

import asyncio
import itertools
import json
import re
import sys
from collections.abc import AsyncIterator
from functools import cache

from its.chat.v1.tokens_pb2 import ModelIdentity, TokenIds
from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import GeneratorServiceServicer, add_GeneratorServiceServicer_to_server
from its_runtime.logs import configure
from its_runtime.server import new_server, serving, stopped
from its_runtime.settings import ServiceSettings

TOKENS = 20
MODEL = "instant"
COUNT = re.compile(rb'"n": ?(\d+)')
SAID = [f"There are four, and three more come. So the answer is \\boxed{{{answer}}}." for answer in (7, 7, 12, 7)]


class Instant(GeneratorServiceServicer):
    """Answers a call with one message that has everything."""

    async def Generate(self, request, context) -> AsyncIterator[pb.GenerateResponse]:  # noqa: N802
        yield everything(sum(branch.num_sequences for branch in request.branches))

    async def GetCapabilities(self, request, context) -> pb.GetCapabilitiesResponse:  # noqa: N802
        model = pb.ModelCapabilities(
            model=ModelIdentity(name=MODEL),
            backend=MODEL,
            max_context_tokens=4096,
            vocabulary_size=1000,
            max_sequences=1024,
            continues_prefix=True,
            token_ids=True,
            reproducible=True,
            max_top_logprobs=5,
            sampling_fields=["temperature", "seed", "max_tokens"],
        )
        return pb.GetCapabilitiesResponse(models=[model])


@cache
def everything(count: int) -> pb.GenerateResponse:
    """Return so many answers, made once as those of the other server are."""
    said = itertools.islice(itertools.cycle(SAID), count)
    return pb.GenerateResponse(
        started=pb.Started(model=ModelIdentity(name=MODEL), prompt_token_ids=TokenIds(ids=range(TOKENS))),
        deltas=[pb.Delta(sequence=i, token_ids=range(TOKENS), text=text) for i, text in enumerate(said)],
        finished=[
            pb.Finished(sequence=i, stop_reason=pb.STOP_REASON_EOS, completion_tokens=TOKENS) for i in range(count)
        ],
        usage=pb.Usage(prompt_tokens=TOKENS, completion_tokens=count * TOKENS),
    )


def completion(*texts: str) -> bytes:
    """Return a chat completion with these choices as bytes of HTTP."""
    told = [{"role": "assistant", "content": text} for text in texts]
    choices = [{"index": i, "finish_reason": "stop", "message": message} for i, message in enumerate(told)]
    spent = TOKENS * len(texts)
    usage = {"prompt_tokens": TOKENS, "completion_tokens": spent, "total_tokens": TOKENS + spent}
    body = json.dumps({"id": "1", "object": "chat.completion", "model": MODEL, "choices": choices, "usage": usage})
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return (head + body).encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request of a connection."""
    said = itertools.cycle(map(completion, SAID))
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            asked = await reader.readexactly(int(length.split(b":")[1]))
            count = int(found[1]) if (found := COUNT.search(asked)) else 1
            writer.write(next(said) if count == 1 else completion(*itertools.islice(itertools.cycle(SAID), count)))
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main(generator: int, openai: int) -> None:
    """Serve both until told to stop."""
    settings = ServiceSettings(port=generator, grace_seconds=0, log_level="error")
    configure(settings)
    server = new_server(settings)
    add_GeneratorServiceServicer_to_server(Instant(), server)
    web = await asyncio.start_server(answer, "127.0.0.1", openai)
    async with web, serving(server, settings, "its.generator.v1.GeneratorService"):
        await stopped()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
