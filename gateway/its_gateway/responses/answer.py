"""From the orchestrator's answer to a response: items of output, what was asked, and what it cost."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from its.orchestrator.v1.answer_pb2 import Answer
from its_gateway import answer as answers
from its_gateway import logprobs
from its_gateway.errors import ApiError
from its_gateway.responses.schema import ResponseRequest

Json = dict[str, Any]

_CODES = {"rate_limit_exceeded": "rate_limit_exceeded", "invalid_value": "invalid_prompt"}
"""What OpenAI's protocol calls errors inside a response; every other one is a server_error."""
_CUT = {"length": "max_output_tokens", "content_filter": "content_filter"}
"""Why a response is incomplete, by the reason that chat completions give."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One response, whatever becomes of it: its id, and what was asked."""

    asked: ResponseRequest
    id: str = field(default_factory=lambda: uuid4().hex)
    created: int = field(default_factory=lambda: int(time.time()))

    def begun(self) -> Json:
        """Return the response before anything is known."""
        return self._response("in_progress", [])

    def answered(self, answer: Answer, trace_id: str, told: str) -> Json:
        """Return the response with its answer, after `told` was told of the search."""
        cut = _CUT.get(answers.finish_reason(answer))
        return {
            **self._response("incomplete" if cut else "completed", self.output(answer, told)),
            "incomplete_details": {"reason": cut} if cut else None,
            "completed_at": None if cut else int(time.time()),
            "usage": _usage(answer),
            "its": answers.its(answer, trace_id),
        }

    def failed(self, error: ApiError) -> Json:
        """Return the response that ended with `error`."""
        code = _CODES.get(error.code or "", "server_error")
        return {**self._response("failed", []), "error": {"code": code, "message": error.message}}

    def output(self, answer: Answer, told: str) -> list[Json]:
        """Return the items of output: what was told of the search, what is said, the functions that are called."""
        status = "incomplete" if answers.finish_reason(answer) in _CUT else "completed"
        calls = answers.tool_calls(answer, None if self.asked.parallel_tool_calls else 1)
        called = [self.call(number, call, status) for number, call in enumerate(calls)]
        spoken = [self.message(self.part(answer), status)] if answers.text(answer) or not calls else []
        return [*([self.reasoning(told)] if told else []), *spoken, *called]

    def part(self, answer: Answer) -> Json:
        """Return what the answer's message says, or that it can't be said."""
        said = answers.text(answer)
        if answer.refusal and not said:
            return {"type": "refusal", "refusal": answer.refusal}
        return part(said, logprobs.content(answer.tokens) if self.asked.wants_logprobs else [])

    def reasoning(self, told: str | None) -> Json:
        """Return the item that tells of the search; None while nothing was told."""
        summary = [] if told is None else [{"type": "summary_text", "text": told}]
        return {"id": f"rs_{self.id}", "type": "reasoning", "summary": summary}

    def message(self, said: Json | None, status: str) -> Json:
        """Return the item that says something, which is a part; None while nothing was said."""
        content = [] if said is None else [said]
        return {
            "id": f"msg_{self.id}",
            "type": "message",
            "role": "assistant",
            "status": status,
            "content": content,
        }

    def call(self, number: int, call: Json, status: str) -> Json:
        """Return the item that calls a function."""
        function = call["function"]
        return {
            "id": f"fc_{self.id}_{number}",
            "type": "function_call",
            "status": status,
            "call_id": call["id"],
            "name": function["name"],
            "arguments": function["arguments"],
        }

    def _response(self, status: str, output: Sequence[Json]) -> Json:
        return {
            "id": f"resp_{self.id}",
            "object": "response",
            "created_at": self.created,
            "status": status,
            "error": None,
            "incomplete_details": None,
            "output": output,
            "usage": None,
            **_echo(self.asked),
        }


def part(text: str, logprobs: Sequence[Json] = ()) -> Json:
    """Return a part of a message that says something."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": list(logprobs)}


def _usage(answer: Answer) -> Json:
    usage = answers.usage(answer)
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    return {
        "input_tokens": usage["prompt_tokens"],
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": usage["completion_tokens"],
        "output_tokens_details": usage["completion_tokens_details"],
        "total_tokens": usage["total_tokens"],
    }


def _echo(asked: ResponseRequest) -> Json:
    """Return what was asked, as far as the protocol says it back."""
    choice = asked.tool_choice
    return {
        "model": asked.model,
        "instructions": asked.instructions or None,
        "max_output_tokens": asked.max_output_tokens,
        "metadata": asked.metadata,
        "parallel_tool_calls": asked.parallel_tool_calls,
        "previous_response_id": None,
        "prompt_cache_key": asked.prompt_cache_key or None,
        "reasoning": {"effort": None, "summary": asked.reasoning.summary or asked.reasoning.generate_summary},
        "service_tier": "default",
        "store": False,
        "background": False,
        "temperature": asked.temperature,
        "text": {"format": asked.text.format.model_dump(exclude_none=True, by_alias=True), "verbosity": "medium"},
        "tool_choice": choice.as_asked if choice else "auto",
        "tools": [tool.model_dump() for tool in asked.tools],
        "top_logprobs": asked.top_logprobs or 0,
        "top_p": asked.top_p,
        "truncation": "disabled",
        "user": asked.user or None,
    }
