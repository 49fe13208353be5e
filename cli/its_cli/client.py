"""A client of a gateway, through the official openai SDK, which takes a second to import."""

import ssl
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

import openai
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from its_cli.exits import FAILED, REFUSED, UNREACHABLE, Failed, TooMany
from its_cli.question import Question

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SECONDS = 600.0
"""How long to wait for an answer."""
_OTHER = "; a gateway is asked, which speaks HTTP, not a service behind it"
_UNTRUSTED = "; name its authority's certificate in SSL_CERT_FILE (`its certs` writes authority.crt)"


@dataclass(slots=True)
class Piece:
    """Part of a streamed answer."""

    text: str = ""
    """Text of the answer that follows what came before."""
    progress: str = ""
    """What happens meanwhile."""
    its: dict[str, Any] = field(default_factory=dict[str, Any])
    """How the answer was found; with the last piece only."""


@asynccontextmanager
async def gateway(url: str, key: str) -> AsyncGenerator[AsyncOpenAI, None]:
    """Yield a client of the gateway at `url`; raise Failed for what goes wrong there.

    Nothing is retried: whoever asks sees what happened. Proxies of the environment are not for this machine; the
    authorities that SSL_CERT_FILE names are.
    """
    trusting = urlsplit(url).hostname not in LOOPBACK
    verify = trusting or ssl.create_default_context()  # which reads SSL_CERT_FILE, and nothing else of the environment
    async with DefaultAsyncHttpxClient(trust_env=trusting, verify=verify, timeout=SECONDS) as http:
        with explaining(url):
            yield AsyncOpenAI(base_url=f"{url.rstrip('/')}/v1", api_key=key, http_client=http, max_retries=0)


@contextmanager
def explaining(url: str) -> Generator[None, None, None]:
    """Raise Failed, with an exit status that tells the kind, for what goes wrong in the block at the gateway `url`."""
    try:
        yield
    except openai.RateLimitError as error:
        raise TooMany(_told(error), _after(error)) from error
    except openai.APIStatusError as error:
        raise Failed(_told(error), REFUSED if error.status_code < 500 else FAILED) from error  # noqa: PLR2004
    except openai.APITimeoutError as error:
        raise Failed(f"{url} took more than {SECONDS:g} s for an answer; ask for less, or for less at once") from error
    except openai.APIConnectionError as error:
        raise Failed(f"{url} doesn't answer: {_why(error)}", UNREACHABLE) from error
    except openai.APIError as error:
        raise Failed(error.message) from error


async def completion(client: AsyncOpenAI, question: Question) -> dict[str, Any]:
    """Return the whole answer, as OpenAI's chat completion with our block `its`."""
    answer = await client.chat.completions.create(
        model=await model_of(client, question.model),
        messages=cast("Any", question.messages),
        seed=question.seed if question.seed is not None else openai.omit,
        extra_body=question.extra(),
    )
    return answer.model_dump(mode="json", exclude_none=True)


async def pieces(client: AsyncOpenAI, question: Question) -> AsyncGenerator[Piece, None]:
    """Yield the answer as it comes, with what happens meanwhile. Closing the generator ends the request."""
    stream = await client.chat.completions.create(
        model=await model_of(client, question.model),
        messages=cast("Any", question.messages),
        seed=question.seed if question.seed is not None else openai.omit,
        stream=True,
        extra_body=question.extra(progress=True),
    )
    async with stream:
        async for chunk in stream:
            yield _piece(chunk.model_dump())


async def model_of(client: AsyncOpenAI, asked: str | None) -> str:
    """Return the model that was asked for, or the gateway's first one, which is its default."""
    if asked:
        return asked
    async for model in client.models.list():
        return model.id
    raise Failed("the gateway lists no model; name one with --model")


def _piece(chunk: dict[str, Any]) -> Piece:
    delta: dict[str, Any] = chunk["choices"][0]["delta"] if chunk["choices"] else {}
    return Piece(delta.get("content") or "", delta.get("reasoning_content") or "", chunk.get("its") or {})


def _why(error: openai.APIConnectionError) -> str:
    """Return what went wrong, and what to do where that is known."""
    why = str(error.__cause__ or error)
    if "CERTIFICATE_VERIFY_FAILED" in why:
        return why + _UNTRUSTED
    return why + (_OTHER if why.startswith("illegal") else "")  # which h11 says of the first line of HTTP/2


def _after(error: openai.RateLimitError) -> float:
    """Return when to ask again, in seconds; the answer may say so in seconds only, and then as a whole number."""
    told = error.response.headers.get("retry-after", "")
    return float(told) if told.isdecimal() else SOON


SOON = 1.0


def _told(error: openai.APIStatusError) -> str:
    body = cast("dict[str, object]", error.body) if isinstance(cast("object", error.body), dict) else {}
    return str(body.get("message") or error.message)
