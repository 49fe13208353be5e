"""One model of one endpoint that speaks OpenAI's protocol."""

import asyncio
from typing import Any, Protocol

import openai
from openai.types.chat import ChatCompletion

from its_orchestrator.components.llm import Ask
from its_orchestrator.components.tab import Tab
from its_orchestrator.engines import Usage
from its_orchestrator.llms.access import Access
from its_orchestrator.prompt import Message
from its_runtime.errors import InvalidRequest, ItsError, Overloaded, Unavailable, Unmet


class Terms(Protocol):
    """What an endpoint takes from its configuration."""

    model_name: str
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    max_concurrency: int
    request_timeout: float
    max_retries: int
    seed: int | None
    structured_outputs: bool


def client(access: Access, terms: Terms) -> openai.AsyncOpenAI:
    """Return a client. It follows no redirect, which would carry the request to another server."""
    common: dict[str, Any] = {
        "api_key": access.key,
        "organization": "",  # left out, the SDK takes these from its own environment variables
        "project": "",
        "max_retries": terms.max_retries,
        "timeout": terms.request_timeout,
        "http_client": openai.DefaultAsyncHttpxClient(follow_redirects=False),
    }
    if access.azure_version:
        return openai.AsyncAzureOpenAI(azure_endpoint=access.url, api_version=access.azure_version, **common)
    return openai.AsyncOpenAI(base_url=access.url, **common)


class Endpoint:
    """Answers as the protocol `Provider`."""

    def __init__(self, client: openai.AsyncOpenAI, terms: Terms) -> None:
        self.model = terms.model_name
        self.seconds = terms.request_timeout
        self.structured = terms.structured_outputs
        self.gate = asyncio.Semaphore(terms.max_concurrency)
        self._client = client
        self._terms = terms

    async def say(self, ask: Ask, tab: Tab) -> str:
        try:
            create: Any = self._client.chat.completions.create
            with tab.generating():
                completion: ChatCompletion = await create(**self._arguments(ask, tab.tokens_left))
        except openai.OpenAIError as error:
            raise self._translated(error) from error
        usage = _usage(completion)
        tab.generated(usage, usage.completion_tokens)
        if not completion.choices:
            raise Unavailable(f"{self._where} answered without a choice; try again")
        message = completion.choices[0].message
        if message.refusal:
            raise Unmet(f"{self._where} refuses to answer")
        return message.content or ""

    def _arguments(self, ask: Ask, left: int | None) -> dict[str, Any]:
        terms = self._terms
        most = [one for one in (ask.max_tokens or terms.max_tokens, left) if one is not None]
        given = {
            "temperature": terms.temperature if ask.temperature is None else ask.temperature,
            "top_p": terms.top_p,
            "max_tokens": min(most, default=None),
            "seed": ask.seed if terms.seed is None else terms.seed,
            "response_format": _form(ask) if terms.structured_outputs else None,
        }
        messages = [_message(one) for one in ask.prompt.messages]
        return {"model": terms.model_name, "messages": messages} | {k: v for k, v in given.items() if v is not None}

    @property
    def _where(self) -> str:
        return f"{self._terms.model_name!r} at {self._client.base_url}"

    def _translated(self, error: openai.OpenAIError) -> ItsError:
        match error:
            case openai.APITimeoutError():
                return Unavailable(f"{self._where} didn't answer within {self.seconds:g} s; try again")
            case openai.RateLimitError():
                return Overloaded(f"{self._where} has too much to do; try again later", retry_after=1.0)
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return Unmet(f"{self._where} refuses the key; check api_key")
            case openai.BadRequestError() | openai.UnprocessableEntityError():
                return InvalidRequest(f"{self._where} refuses the request (status {error.status_code})")
            case openai.APIStatusError(status_code=status) if status < SERVERS_OWN:
                return Unmet(f"{self._where} answers with status {status}; check base_url and model_name")
            case _:
                return Unavailable(f"{self._where} doesn't answer; is it running?")


def _message(message: Message) -> dict[str, str]:
    return {"role": message.role, "content": "".join(message.parts)}


def _form(ask: Ask) -> dict[str, Any] | None:
    if ask.schema is None:
        return None
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": dict(ask.schema)}}


def _usage(completion: ChatCompletion) -> Usage:
    used = completion.usage
    if used is None:
        return Usage()
    details = used.prompt_tokens_details
    return Usage(used.prompt_tokens, (details and details.cached_tokens) or 0, used.completion_tokens)


SERVERS_OWN = 500
"""The first status of those that are the server's own fault."""
