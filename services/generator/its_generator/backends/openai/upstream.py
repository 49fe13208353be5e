"""One job at the server: its calls side by side, their answers into one mailbox."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import openai

from its_generator.backend import Conversation, Job
from its_generator.backends.openai.answer import Answer
from its_generator.backends.openai.failures import to_error
from its_generator.backends.openai.request import Call, arguments, calls
from its_generator.completion import Completion
from its_generator.mailbox import Mailbox
from its_generator.settings import OpenAIModel
from its_generator.steps import StepWatcher
from its_generator.tick import StopReason, Tick, Usage
from its_runtime.errors import Internal, ItsError


class Upstream:
    """Runs from `begin` until every sequence has ended or `stop` is called, which closes the connections."""

    def __init__(self, client: openai.AsyncOpenAI, job: Job, settings: OpenAIModel) -> None:
        self.mailbox = Mailbox(self.stop)
        self._client = cast("Any", client)
        self._job = job
        self._settings = settings
        self._answers: dict[Call, Answer] = {call: self._answer(call) for call in calls(job, settings)}
        self._errors: dict[Call, ItsError] = {}
        self._reading: list[asyncio.Task[None]] = []

    def begin(self) -> "asyncio.Task[None]":
        """Send the calls."""
        self._reading = [asyncio.ensure_future(self._read(call)) for call in self._answers]
        return asyncio.ensure_future(self._finish())

    def stop(self) -> None:
        """Close the connections; what has not ended is cancelled."""
        for reading in self._reading:
            reading.cancel()

    def _answer(self, call: Call) -> Answer:
        job = self._job
        completions = [
            Completion(call.first + place, StepWatcher(job.steps, job.sampling.stop), flush_every=job.flush_every)
            for place in range(call.sequences)
        ]
        return Answer(completions, in_characters=bool(job.steps.delimiters), texts=job.texts)

    async def _read(self, call: Call) -> None:
        answer = self._answers[call]
        try:
            await self._stream(call, answer)
        except openai.OpenAIError as error:
            self._errors[call] = to_error(error, self._settings, self._client.api_key)
            return
        self.mailbox.put(Tick(answer.deltas(), answer.end(StopReason.EOS)))

    async def _stream(self, call: Call, answer: Answer) -> None:
        chat = isinstance(self._job.prompt, Conversation)
        create = self._client.chat.completions.create if chat else self._client.completions.create
        async with await create(**arguments(self._job, call, self._settings)) as chunks:
            async for chunk in chunks:
                answer.read(chunk)
                if deltas := answer.deltas():
                    self.mailbox.put(Tick(deltas))
                if self._job.steps.max_steps and answer.is_complete:
                    return

    async def _finish(self) -> None:
        """Wait for all answers, then tell of those that failed or were stopped, and the usage."""
        outcomes = await asyncio.gather(*self._reading, return_exceptions=True)
        error = next(iter(self._errors.values()), None)
        if surprise := next((outcome for outcome in outcomes if isinstance(outcome, Exception)), None):
            error = Internal(f"the answer of {self._settings.model!r} can't be read; the log says why")
            error.__cause__ = surprise
            self.mailbox.fail(error)
        elif error and len(self._errors) == len(self._answers):
            self.mailbox.fail(error)
        else:
            self.mailbox.put(self._last(outcomes))

    def _last(self, outcomes: Sequence[BaseException | None]) -> Tick:
        stopped = [call for call, outcome in zip(self._answers, outcomes, strict=True) if outcome]
        ends = [end for call in stopped for end in self._answers[call].end(StopReason.CANCELLED)]
        for call, error in self._errors.items():
            ends += self._answers[call].end(StopReason.ERROR, error.message)
        deltas = [delta for answer in self._answers.values() for delta in answer.deltas()]
        return Tick(deltas, ends, self._usage())

    def _usage(self) -> Usage:
        prompts = dict[int, Usage]()
        for call, answer in self._answers.items():
            if answer.usage:
                prompts.setdefault(call.place, answer.usage)
        return Usage(
            sum(usage.prompt_tokens for usage in prompts.values()),
            sum(usage.cached_prompt_tokens for usage in prompts.values()),
            sum(answer.completion_tokens for answer in self._answers.values()),
        )
