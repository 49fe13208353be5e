"""What is asked of the server: a job, cut into calls, in the words of OpenAI's protocol and vLLM's additions to it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from its_generator.backend import Branch, Conversation, Job, StructuredOutput
from its_generator.sampling import Sampling
from its_generator.settings import OpenAIModel


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the server: some of the sequences of one branch."""

    branch: Branch
    place: int
    """Number of the branch."""
    first: int
    """Number of its first sequence in the job."""
    sequences: int
    seed: int
    """31 bits, which every server takes."""


def calls(job: Job, settings: OpenAIModel) -> Iterator[Call]:
    """Cut a job into calls: one a branch, where its sequences may differ and need not be ended one by one."""
    alone = job.sampling.temperature == 0 or job.steps.max_steps > 0
    most, first = 1 if alone else settings.max_n, 0
    for place, branch in enumerate(job.branches):
        for start in range(0, len(branch.streams), most):
            streams = branch.streams[start : start + most]
            yield Call(branch, place, first + start, len(streams), streams[0] >> 33)
        first += len(branch.streams)


def arguments(job: Job, call: Call, settings: OpenAIModel) -> dict[str, Any]:
    """Return the arguments for the SDK's `create`: of chat completions for a conversation, else of completions."""
    common: dict[str, Any] = {
        "model": settings.model,
        "n": call.sequences,
        "stream": True,
        "stream_options": {"include_usage": True},
        **_sampling(job.sampling, settings, chat=isinstance(job.prompt, Conversation)),
    }
    if job.seeded:
        common["seed"] = call.seed
    if isinstance(job.prompt, Conversation):
        return common | _chat(job, job.prompt, call)
    prompt = f"{job.prompt}{call.branch.prefix}" if call.branch.prefix else job.prompt
    logprobs = {} if job.logprobs is None else {"logprobs": job.logprobs}
    return common | {"prompt": prompt, "extra_body": _extra(job)} | logprobs


def _chat(job: Job, prompt: Conversation, call: Call) -> dict[str, Any]:
    messages, extra = list(prompt.messages), _extra(job)
    if call.branch.prefix:
        messages.append({"role": "assistant", "content": call.branch.prefix})
        extra |= {"continue_final_message": True, "add_generation_prompt": False}
    chat: dict[str, Any] = {"messages": messages, "extra_body": extra}
    if prompt.tools:
        chat |= {"tools": list(prompt.tools)}
        chat |= {"tool_choice": prompt.tool_choice} if prompt.tool_choice else {}
    if job.logprobs is not None:
        chat |= {"logprobs": True, "top_logprobs": job.logprobs}
    return chat | _response_format(job.structured_output)


def _sampling(sampling: Sampling, settings: OpenAIModel, *, chat: bool) -> dict[str, Any]:
    asked: dict[str, Any] = {"temperature": sampling.temperature}
    for name in ("top_p", "presence_penalty", "frequency_penalty"):
        if getattr(sampling, name) != getattr(PLAIN, name):
            asked[name] = getattr(sampling, name)
    if sampling.logit_bias:
        asked["logit_bias"] = {str(token): bias for token, bias in sampling.logit_bias.items()}
    if sampling.max_tokens is not None:
        asked[settings.max_tokens_field if chat else "max_tokens"] = sampling.max_tokens
    if sampling.stop:
        asked["stop"] = list(sampling.stop)
    return asked


def _extra(job: Job) -> dict[str, Any]:
    sampling, form = job.sampling, job.structured_output
    extra: dict[str, Any] = {
        name: getattr(sampling, name)
        for name in ("top_k", "min_p", "repetition_penalty", "min_tokens")
        if getattr(sampling, name) != getattr(PLAIN, name)
    }
    if sampling.stop_token_ids:
        extra["stop_token_ids"] = sorted(sampling.stop_token_ids)
    if form and form.form in {"regex", "grammar"}:
        extra["structured_outputs"] = {form.form: form.definition}
    return extra


def _response_format(form: StructuredOutput | None) -> dict[str, Any]:
    if form is None or form.form in {"regex", "grammar"}:
        return {}
    if form.form == "json_object":
        return {"response_format": {"type": "json_object"}}
    schema = {"name": "answer", "schema": json.loads(form.definition), "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


PLAIN = Sampling()
