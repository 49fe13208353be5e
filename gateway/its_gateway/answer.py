"""From the orchestrator's answer to a chat completion, with OpenAI's figures and ours.

`usage` counts what was really spent: prompts as often as a generator read them, and every token that was sampled;
`reasoning_tokens` are the sampled ones that are not in the answer. Tokens of reward models stand in `its.ledger`.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from math import isfinite
from typing import Any

import orjson
from google.protobuf.message import Message

from its.chat.v1.chat_pb2 import ToolCall
from its.generator.v1.generator_pb2 import StopReason
from its.orchestrator.v1.answer_pb2 import Answer, Candidate, Ledger, ScoreRange, StoppedBy

Json = dict[str, Any]

_FINISH: Mapping[int, str] = {
    StopReason.STOP_REASON_EOS: "stop",
    StopReason.STOP_REASON_STOP: "stop",
    StopReason.STOP_REASON_CONTENT_FILTER: "content_filter",
}
"""Every other reason cuts a text off, which OpenAI calls `length`."""
_EXACT = 2**53
"""Larger numbers of JSON are rounded by clients in JavaScript, so they travel as text."""
_LEDGER = tuple(Ledger.DESCRIPTOR.fields_by_name)


def finish_reason(answer: Answer) -> str:
    """Return why the answer's text ended, in OpenAI's words: stop, length, content_filter or tool_calls."""
    if answer.message.tool_calls:
        return "tool_calls"
    return _FINISH.get(answer.stop_reason, "length")


def text(answer: Answer) -> str:
    """Return what the assistant says."""
    return "".join([part.text for part in answer.message.content])


def message(answer: Answer, most_calls: int | None = None) -> Json:
    """Return the assistant's message, which calls at most `most_calls` tools.

    Where no candidate had the form that was asked for, there is a refusal, OpenAI's word for it, in place of content.
    """
    calls = tool_calls(answer, most_calls)
    said = text(answer)
    silent = not said and (calls or answer.refusal)
    found: Json = {"role": "assistant", "content": None if silent else said, "refusal": answer.refusal or None}
    return {**found, "tool_calls": calls} if calls else found


def tool_calls(answer: Answer, most: int | None = None) -> list[Json]:
    """Return the tools that the answer calls, the first `most` of them."""
    return [tool_call(call) for call in answer.message.tool_calls[:most]]


def tool_call(call: ToolCall) -> Json:
    """Return a call of a tool."""
    function = {"name": call.name, "arguments": call.arguments_json}
    return {"id": call.id, "type": "function", "function": function}


def usage(*answers: Answer) -> Json:
    """Return OpenAI's usage of all answers together."""
    ledgers = [answer.ledger for answer in answers]
    prompt = sum(ledger.prompt_tokens for ledger in ledgers)
    completion = sum(ledger.completion_tokens for ledger in ledgers)
    said = sum(ledger.answer_tokens for ledger in ledgers)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": sum(ledger.cached_prompt_tokens for ledger in ledgers)},
        "completion_tokens_details": {"reasoning_tokens": max(0, completion - said)},
    }


def fingerprint(answer: Answer) -> str:
    """Return OpenAI's system_fingerprint: another one where what answered is another.

    That is the names, weights and tokenizers of both models, and the algorithm with its parameters; it is the same
    after a restart.
    """
    models = [(one.name, one.revision, one.tokenizer_fingerprint) for one in (answer.model, answer.reward_model)]
    configuration = orjson.dumps([models, answer.algorithm, answer.parameters_json])
    return f"fp_{hashlib.sha256(configuration).hexdigest()[:12]}"


def its(answer: Answer, trace_id: str) -> Json:
    """Return the block of our own: how the answer was found, among what, and what it cost."""
    return {
        "algorithm": answer.algorithm,
        "parameters": orjson.loads(answer.parameters_json or "{}"),
        "budget": _set(answer.budget),
        "spent": {
            "samples": answer.ledger.samples,
            "tokens": answer.ledger.completion_tokens,
            "seconds": answer.ledger.seconds,
        },
        "stopped_by": StoppedBy.Name(answer.stopped_by).removeprefix("STOPPED_BY_").lower(),
        "candidates": [_candidate(candidate) for candidate in answer.candidates],
        "ledger": {name: getattr(answer.ledger, name) for name in _LEDGER},
        "prompt_tokens": answer.prompt_tokens,
        "seed": answer.seed if answer.seed <= _EXACT else str(answer.seed),
        "trace_id": trace_id,
        "model": _set(answer.model),
        "reward_model": _set(answer.reward_model) if answer.HasField("reward_model") else None,
        "score_range": _range(answer.score_range) if answer.HasField("score_range") else None,
    }


def _candidate(candidate: Candidate) -> Json:
    return {
        "id": candidate.id,
        "parent_id": candidate.parent_id or None,
        "text": candidate.text,
        "final_answer": candidate.final_answer or None,
        "score": candidate.score if candidate.HasField("score") else None,
        "step_scores": candidate.step_scores[:],
        "votes": candidate.votes if candidate.HasField("votes") else None,
        "weight": candidate.weight if candidate.HasField("weight") else None,
        "stop_reason": _stop_reason(candidate.stop_reason),
        "completion_tokens": candidate.completion_tokens,
        "chosen": candidate.chosen,
        "confidence": candidate.confidence if candidate.HasField("confidence") else None,
    }


@cache
def _stop_reason(reason: StopReason.ValueType) -> str:
    return StopReason.Name(reason).removeprefix("STOP_REASON_").lower()


def _range(found: ScoreRange) -> Json:
    return {name: end if isfinite(end) else None for name, end in (("low", found.low), ("high", found.high))}


def _set(message: Message) -> Json:
    return {field.name: value for field, value in message.ListFields()}
