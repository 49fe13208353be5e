"""From the orchestrator's answer to a chat completion, with OpenAI's figures and ours.

`usage` counts what was really spent: prompts as often as a generator read them, and every token that was sampled;
`reasoning_tokens` are the sampled ones that are not in the answer. Tokens of reward models stand in `its.ledger`.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from google.protobuf.message import Message

from its.chat.v1.chat_pb2 import ToolCall
from its.chat.v1.tokens_pb2 import ModelIdentity
from its.generator.v1.generator_pb2 import StopReason
from its.orchestrator.v1.answer_pb2 import Answer, Candidate, Ledger, StoppedBy

Json = dict[str, Any]

_FINISH: Mapping[int, str] = {
    StopReason.STOP_REASON_EOS: "stop",
    StopReason.STOP_REASON_STOP: "stop",
    StopReason.STOP_REASON_STEP: "stop",
}
"""Every other reason cuts a text off, which OpenAI calls `length`."""


def finish_reason(answer: Answer) -> str:
    """Return why the answer's text ended, in OpenAI's words: stop, length or tool_calls."""
    if answer.message.tool_calls:
        return "tool_calls"
    return _FINISH.get(answer.stop_reason, "length")


def text(answer: Answer) -> str:
    """Return what the assistant says."""
    return "".join([part.text for part in answer.message.content])


def message(answer: Answer) -> Json:
    """Return the assistant's message."""
    calls = [tool_call(call) for call in answer.message.tool_calls]
    said = text(answer)
    found: Json = {"role": "assistant", "content": said if said or not calls else None, "refusal": None}
    return {**found, "tool_calls": calls} if calls else found


def tool_call(call: ToolCall) -> Json:
    """Return a call of a tool."""
    function = {"name": call.name, "arguments": call.arguments_json}
    return {"id": call.id, "type": "function", "function": function}


def usage(answer: Answer) -> Json:
    """Return OpenAI's usage."""
    ledger = answer.ledger
    return {
        "prompt_tokens": ledger.prompt_tokens,
        "completion_tokens": ledger.completion_tokens,
        "total_tokens": ledger.prompt_tokens + ledger.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": ledger.cached_prompt_tokens},
        "completion_tokens_details": {"reasoning_tokens": max(0, ledger.completion_tokens - ledger.answer_tokens)},
    }


def fingerprint(model: ModelIdentity) -> str:
    """Return OpenAI's system_fingerprint: another one where name, weights or tokenizer are others."""
    identity = f"{model.name}\n{model.revision}\n{model.tokenizer_fingerprint}"
    return f"fp_{hashlib.sha256(identity.encode()).hexdigest()[:12]}"


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
        "ledger": {name: getattr(answer.ledger, name) for name in Ledger.DESCRIPTOR.fields_by_name},
        "prompt_tokens": answer.prompt_tokens,
        "seed": answer.seed,
        "trace_id": trace_id,
        "model": _set(answer.model),
        "reward_model": _set(answer.reward_model) if answer.HasField("reward_model") else None,
    }


def completion(answer: Answer, trace_id: str, *, id: str, created: int, model: str) -> bytes:
    """Return the chat completion as JSON."""
    choice = {"index": 0, "message": message(answer), "logprobs": None, "finish_reason": finish_reason(answer)}
    return orjson.dumps(
        {
            "id": id,
            "object": "chat.completion",
            "created": created,
            "model": model,
            "choices": [choice],
            "usage": usage(answer),
            "system_fingerprint": fingerprint(answer.model),
            "its": its(answer, trace_id),
        }
    )


def _candidate(candidate: Candidate) -> Json:
    return {
        "id": candidate.id,
        "parent_id": candidate.parent_id or None,
        "text": candidate.text,
        "final_answer": candidate.final_answer or None,
        "score": candidate.score if candidate.HasField("score") else None,
        "step_scores": list(candidate.step_scores),
        "votes": candidate.votes if candidate.HasField("votes") else None,
        "weight": candidate.weight if candidate.HasField("weight") else None,
        "stop_reason": StopReason.Name(candidate.stop_reason).removeprefix("STOP_REASON_").lower(),
        "completion_tokens": candidate.completion_tokens,
        "chosen": candidate.chosen,
    }


def _set(message: Message) -> Json:
    return {field.name: value for field, value in message.ListFields()}
