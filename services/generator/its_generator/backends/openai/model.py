"""A model behind an OpenAI-compatible server; its key goes to that server and nowhere else."""

import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import openai

from its_generator.backend import Capabilities, Conversation, Evaluated, Generation, Identity, Job, Passage
from its_generator.backends.openai.upstream import Upstream
from its_generator.settings import OpenAIModel
from its_runtime.errors import Unmet, Unsupported


class OpenAI:
    """The backend `openai`."""

    def __init__(self, client: openai.AsyncOpenAI, settings: OpenAIModel) -> None:
        self._client = client
        self._settings = settings
        self.identity = Identity(settings.revision or settings.model, "")
        self.capabilities = Capabilities(
            backend="openai",
            max_context_tokens=settings.max_context_tokens,
            vocabulary_size=0,
            max_sequences=settings.max_sequences,
            continues_prefix=settings.continues_prefix,
            token_ids=False,
            reproducible=False,
            max_top_logprobs=settings.max_top_logprobs,
            structured_outputs=settings.structured_outputs,
            tools=settings.tools,
            sampling_fields=settings.sampling_fields,
        )

    async def tokenize(self, prompt: Conversation | str, continuation: str = "") -> tuple[int, ...]:
        raise Unsupported(f"the tokenizer of {self._settings.model!r} is not known here; send text")

    def generate(self, job: Job) -> AbstractAsyncContextManager[Generation]:
        return self._generating(job)

    async def evaluate(self, request_id: str, passages: Sequence[Passage], temperature: float) -> Evaluated:
        raise Unsupported(f"{self._settings.model!r} is behind a server that can't evaluate given tokens")

    @asynccontextmanager
    async def _generating(self, job: Job) -> AsyncGenerator[Generation, None]:
        upstream = Upstream(self._client, job, self._settings)
        finishing = upstream.begin()
        try:
            yield upstream.mailbox
        finally:
            upstream.stop()
            await finishing

    async def check(self) -> None:
        """A server that can't be reached now may be reached by the next call."""


@asynccontextmanager
async def open_openai(
    settings: OpenAIModel, environment: Mapping[str, str] = os.environ
) -> AsyncGenerator[OpenAI, None]:
    """Yield the backend; its connections are closed at the end of the block.

    Raises Unmet when the environment variable of the key is not set.
    """
    client = openai.AsyncOpenAI(
        base_url=settings.base_url,
        api_key=_key(settings, environment),
        # Left out, the SDK takes these from its own environment variables, meant for OpenAI's servers.
        organization="",
        project="",
        timeout=settings.timeout_seconds,
        max_retries=settings.max_retries,
        # A redirect would carry the request to a server that was not configured.
        http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
    )
    async with client:
        yield OpenAI(client, settings)


def _key(settings: OpenAIModel, environment: Mapping[str, str]) -> str:
    if settings.api_key_env is None:
        return "none"
    key = environment.get(settings.api_key_env)
    if not key:
        raise Unmet(f"api_key_env: the environment variable {settings.api_key_env} is not set; set it to the key")
    return key
