"""A job in vLLM's words: the sampling parameters of one of its sequences."""

from collections.abc import Set
from typing import Any

from vllm import SamplingParams
from vllm.exceptions import VLLMValidationError
from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

from its_generator.backend import Job, StructuredOutput
from its_runtime.errors import InvalidRequest


def parameters(job: Job, stream: int, room: int, ends: Set[int]) -> SamplingParams:
    """Return the parameters of one sequence. Raises InvalidRequest for what vLLM allows less of than the contract.

    Args:
        job: what all its sequences share.
        stream: the sequence's seed; vLLM gives each request a generator of its own.
        room: tokens that the context has left.
        ends: token ids that end the sequence, beside the model's own end that vLLM knows.
    """
    try:
        return _parameters(job, stream, room, ends)
    except VLLMValidationError as error:
        raise InvalidRequest(f"sampling: {error} This is vLLM's own limit; change the request") from error


def _parameters(job: Job, stream: int, room: int, ends: Set[int]) -> SamplingParams:
    sampling, most = job.sampling, _most(job, room)
    return SamplingParams(
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        top_k=sampling.top_k,
        min_p=sampling.min_p,
        presence_penalty=sampling.presence_penalty,
        frequency_penalty=sampling.frequency_penalty,
        repetition_penalty=sampling.repetition_penalty,
        logit_bias=dict(sampling.logit_bias) or None,
        max_tokens=most,
        min_tokens=min(sampling.min_tokens, most),
        stop_token_ids=sorted(ends),
        seed=stream & SEED_BITS,
        logprobs=job.logprobs,
        structured_outputs=_structured(job.structured_output),
        detokenize=False,  # steps and stop texts are the same for every engine: its_generator.steps
        output_kind=RequestOutputKind.DELTA,
        skip_clone=True,
    )


def last_delimiters(job: Job) -> tuple[str, ...]:
    """Return the delimiters of which the first one to come ends a sequence; none when there may be more steps."""
    return job.steps.delimiters if _ends_at_once(job) else ()


def last_tokens(job: Job) -> frozenset[int]:
    """Return the step tokens of which the first one to come ends a sequence; none when there may be more steps."""
    return job.steps.token_ids if _ends_at_once(job) else frozenset()


def _ends_at_once(job: Job) -> bool:
    return job.steps.max_steps == 1 and not job.sampling.min_tokens


def _most(job: Job, room: int) -> int:
    """Return how many tokens the sequence can have at most: the engine then stops by itself."""
    policy = job.steps
    limits = [room, job.sampling.max_tokens or room]
    if policy.every_n_tokens and policy.max_steps:
        limits.append(policy.every_n_tokens * policy.max_steps)
    if policy.max_tokens_per_step and policy.max_steps == 1:
        limits.append(policy.max_tokens_per_step)
    return min(limits)


def _structured(output: StructuredOutput | None) -> StructuredOutputsParams | None:
    if output is None:
        return None
    if output.form == "json_object":
        return StructuredOutputsParams(json_object=True)
    forms: dict[str, Any] = {"json_schema": "json", "regex": "regex", "grammar": "grammar"}
    return StructuredOutputsParams(**{forms[output.form]: output.definition})


SEED_BITS = (1 << 63) - 1
