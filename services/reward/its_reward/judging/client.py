"""A judge behind OpenAI's protocol: messages in, what it said and what that cost out."""

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import openai
from pydantic import BaseModel, ValidationError

from its_reward.judging.question import FORM
from its_reward.settings import JudgeSettings
from its_reward.trajectory import Message, Usage
from its_runtime.config import ConfigError
from its_runtime.errors import ItsError, Overloaded, Unavailable, Unmet


@dataclass(frozen=True, slots=True)
class Said:
    """What the judge said."""

    text: str
    refusal: str
    usage: Usage


class JudgeClient:
    """Asks one model of one server; holds it to the verdict's schema until the server refuses schemas."""

    def __init__(self, client: openai.AsyncOpenAI, settings: JudgeSettings) -> None:
        self._client = client
        self._settings = settings
        self._form: dict[str, Any] = {"response_format": FORM}

    async def ask(self, messages: Sequence[Message]) -> Said:
        """Return what the judge says to `messages`. Cancelling closes the connection.

        Raises:
            Unavailable: if the server doesn't answer, or not in OpenAI's protocol.
            Overloaded: if it wants us to come back later.
            Unmet: if it refuses the request, the key or the model.
        """
        try:
            return _said(await self._post(messages))
        except openai.APIError as error:
            raise self._translated(error) from error
        except ValidationError as error:
            raise Unavailable(f"judge {self._settings.url} doesn't answer in OpenAI's protocol") from error

    async def _post(self, messages: Sequence[Message]) -> bytes:
        form = self._form
        try:
            return await self._create(messages, form)
        except (openai.BadRequestError, openai.UnprocessableEntityError):
            if not form:
                raise
            content = await self._create(messages, {})
            self._form = {}
            return content

    async def _create(self, messages: Sequence[Message], form: dict[str, Any]) -> bytes:
        create: Any = self._client.chat.completions.with_raw_response.create
        response = await create(
            model=self._settings.model,
            messages=list(messages),
            temperature=self._settings.temperature,
            max_tokens=self._settings.max_tokens,
            **form,
        )
        return response.content

    def _translated(self, error: openai.APIError) -> ItsError:
        judge = f"judge {self._settings.model!r} at {self._settings.url}"
        match error:
            case openai.RateLimitError():
                return Overloaded(f"{judge} has too much to do; try again later")
            case openai.APIStatusError(status_code=status) if status < 500:  # noqa: PLR2004
                return Unmet(f"{judge} refuses with HTTP {status}; check its url, model and key in its.yaml")
            case openai.APITimeoutError():
                return Unavailable(f"{judge} didn't answer within {self._settings.seconds} s")
            case _:
                return Unavailable(f"{judge} doesn't answer; is it running?")


@asynccontextmanager
async def open_client(settings: JudgeSettings) -> AsyncGenerator[JudgeClient, None]:
    """Open connections to a judge; leaving the block closes them.

    The key goes to the configured URL only: redirects aren't followed.

    Raises:
        ConfigError: if the variable that should hold the key isn't set.
    """
    web = openai.DefaultAsyncHttpxClient(follow_redirects=False, trust_env=False)
    async with openai.AsyncOpenAI(
        api_key=_key(settings), base_url=settings.url, timeout=settings.seconds, max_retries=1, http_client=web
    ) as client:
        yield JudgeClient(client, settings)


def _key(settings: JudgeSettings) -> str:
    if settings.key_variable is None:
        return "none"
    if settings.key_variable not in os.environ:
        raise ConfigError(f"reward: the judge's key_variable {settings.key_variable} isn't set in the environment")
    return os.environ[settings.key_variable]


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message


class _Cached(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Cached | None = None


class _Reply(BaseModel):
    choices: list[_Choice]
    usage: _Usage | None = None


def _said(content: bytes) -> Said:
    reply = _Reply.model_validate_json(content)
    message = reply.choices[0].message if reply.choices else _Message()
    spent = reply.usage or _Usage()
    cached = spent.prompt_tokens_details.cached_tokens if spent.prompt_tokens_details else 0
    usage = Usage(spent.prompt_tokens, cached or 0, spent.completion_tokens)
    return Said(message.content or "", message.refusal or "", usage)
