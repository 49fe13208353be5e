"""The official SDK for Python in front of the gateway: runs a scenario and returns what it gave."""

import json
from typing import Any

import openai


def given(does: str, request: dict[str, Any], url: str, flaky: str) -> dict[str, Any]:
    """Return what one scenario gives."""
    with openai.OpenAI(base_url=f"{url}/v1", api_key="unused", max_retries=0) as client:
        if does == "retry":
            with openai.OpenAI(base_url=f"{flaky}/v1", api_key="unused", max_retries=2) as patient:
                return _chat(patient, request)
        return DEEDS[does](client, request)


def _apart(request: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call: what the SDK doesn't know goes into `extra_body`."""
    ours = {name: value for name, value in request.items() if name in {"budget", "frobnicate"}}
    return {**{name: value for name, value in request.items() if name not in ours}, "extra_body": ours}


def _chat(client: openai.OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    completion = client.chat.completions.create(**_apart(request))
    return _summary(completion) | _figures(completion)


def _stream(client: openai.OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    with client.chat.completions.stream(**_apart(request)) as stream:
        return _summary(stream.get_final_completion())


def _chunks(client: openai.OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    choices = [chunk.choices[0] for chunk in client.chat.completions.create(**request, stream=True)]
    pieces = [(one.delta.content, one.logprobs.content) for one in choices if one.delta.content]
    spelled = [b"".join(bytes(token.bytes) for token in tokens).decode() == text for text, tokens in pieces]
    return {"tokens_make_each_text": all(spelled), "several": len(pieces) > 1}


def _send_back(client: openai.OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    with client.chat.completions.stream(**request) as stream:
        message = stream.get_final_completion().choices[0].message
    result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "42"}
    messages = [*request["messages"], message, result]
    return _summary(client.chat.completions.create(model=request["model"], messages=messages))


def _error(client: openai.OpenAI, request: dict[str, Any], **more: Any) -> dict[str, Any]:
    try:
        client.chat.completions.create(**_apart(request), **more)
    except openai.APIStatusError as error:
        return {"status": error.status_code, "code": error.code, "param": error.param, "type": error.type}
    return {}


def _stream_error(client: openai.OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    return _error(client, request, stream=True)


def _cancel(client: openai.OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    with client.chat.completions.create(**_apart(request), stream=True) as stream:
        next(iter(stream))
    return {"left": stream.response.is_closed}


def _models(client: openai.OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    listed = [model.id for model in client.models.list()]
    retrieved = client.models.retrieve(request["model"]).id
    return {"listed": request["model"] in listed, "retrieved": retrieved}


def _response(client: openai.OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    return _response_summary(client.responses.create(**request))


def _response_stream(client: openai.OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    with client.responses.stream(**request) as stream:
        return _response_summary(stream.get_final_response())


def _response_error(client: openai.OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    try:
        client.responses.create(**request)
    except openai.APIStatusError as error:
        return {"status": error.status_code, "code": error.code, "param": error.param, "type": error.type}
    return {}


def _response_summary(response: Any) -> dict[str, Any]:
    messages = [item for item in response.output if item.type == "message"]
    tokens = [one for message in messages for part in message.content for one in part.logprobs]
    calls = [item for item in response.output if item.type == "function_call"]
    usage = response.usage
    return {
        "status": response.status,
        "text": response.output_text,
        "calls": [[call.name, json.loads(call.arguments)] for call in calls],
        "tokens_make_the_text": b"".join(bytes(one.bytes) for one in tokens).decode() == response.output_text,
        "usage_adds_up": usage.input_tokens + usage.output_tokens == usage.total_tokens,
    }


def _completion(client: openai.OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    completion = client.completions.create(**request)
    return _texts(request, {choice.index: choice.text for choice in completion.choices})


def _completion_stream(client: openai.OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    texts: dict[int, str] = {}
    for chunk in client.completions.create(**request, stream=True):
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + choice.text
    return _texts(request, texts)


def _texts(request: dict[str, Any], texts: dict[int, str]) -> dict[str, Any]:
    said = [text for _, text in sorted(texts.items())]
    first = all(text.startswith(prompt) for text, prompt in zip(said, request["prompt"], strict=True))
    return {"choices": len(said), "texts": said, "prompts_come_first": first}


def _summary(completion: Any) -> dict[str, Any]:
    first, usage = completion.choices[0], completion.usage
    tokens = (first.logprobs and first.logprobs.content) or []
    return {
        "choices": len(completion.choices),
        "texts": [choice.message.content or "" for choice in completion.choices],
        "text": first.message.content or "",
        "finish_reason": first.finish_reason,
        "refused": bool(first.message.refusal),
        "calls": [[call.function.name, json.loads(call.function.arguments)] for call in first.message.tool_calls or ()],
        "tokens_make_the_text": b"".join(bytes(one.bytes) for one in tokens).decode() == (first.message.content or ""),
        "alternatives": len(tokens[0].top_logprobs) if tokens else 0,
        "usage_adds_up": usage.prompt_tokens + usage.completion_tokens == usage.total_tokens if usage else None,
    }


def _figures(completion: Any) -> dict[str, Any]:
    its = completion.model_extra.get("its", {})
    return {"algorithm": its.get("algorithm"), "candidates": len(its.get("candidates", ()))}


DEEDS = {
    "chat": _chat,
    "stream": _stream,
    "chunks": _chunks,
    "send_back": _send_back,
    "error": _error,
    "stream_error": _stream_error,
    "cancel": _cancel,
    "models": _models,
    "response": _response,
    "response_stream": _response_stream,
    "response_error": _response_error,
    "completion": _completion,
    "completion_stream": _completion_stream,
}
