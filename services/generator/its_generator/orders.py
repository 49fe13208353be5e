"""An order: a request made into a job, and what the caller is told first."""

import secrets
from dataclasses import dataclass, replace

from its.chat.v1 import tokens_pb2
from its.generator.v1 import generator_pb2 as pb
from its_generator import convert
from its_generator.backend import Backend, Branch, Job, Prompt
from its_generator.conversation import to_conversation
from its_generator.limits import check_job, check_request, check_sampling
from its_generator.markers import thinking_of, with_thoughts
from its_generator.sampling import Sampling, derived_seed
from its_runtime.errors import Unsupported, Violation
from its_runtime.fairness import Flow


@dataclass(frozen=True, slots=True)
class Order:
    """A job that the backend can do."""

    job: Job
    started: pb.Started


async def order(request: pb.GenerateRequest, name: str, backend: Backend) -> Order:
    """Return the order of a request.

    Raises InvalidRequest or Unsupported, naming field and limit, for what can't be done.
    """
    able = backend.capabilities
    check_request(request, able)
    sampling = convert.sampling(request.sampling)
    check_sampling(sampling, able)
    prompt = prompt_of(request)
    ids = await prompt_ids(prompt, backend) if able.token_ids else ()
    seed = request.sampling.seed if request.sampling.HasField("seed") else secrets.randbits(64)
    branches = [
        await _branch(branch, backend, prompt, ids, derived_seed(seed, place))
        for place, branch in enumerate(request.branches or [ONE])
    ]
    job = await _thoughtful(_job(request, prompt, branches, sampling), request, backend, len(ids))
    check_job(job, able, len(ids))
    tokens = tokens_pb2.TokenIds(ids=ids)
    started = pb.Started(model=convert.identity(name, backend.identity), seed=seed, prompt_token_ids=tokens)
    return Order(job, started)


def _job(request: pb.GenerateRequest, prompt: Prompt, branches: list[Branch], sampling: Sampling) -> Job:
    form = request.structured_output
    return Job(
        request_id=request.request_id,
        prompt=prompt,
        branches=tuple(branches),
        sampling=sampling,
        steps=convert.steps(request.step_policy),
        logprobs=request.logprobs.top if request.HasField("logprobs") else None,
        texts=request.logprobs.texts,
        structured_output=convert.structured_output(form) if request.HasField("structured_output") else None,
        flush_every=request.flush_every_n_tokens,
        seeded=request.sampling.HasField("seed") or any(branch.HasField("seed") for branch in request.branches),
        flow=Flow(request.tenant, request.flow or f"call {request.request_id}", request.priority or 1),
    )


async def _thoughtful(job: Job, request: pb.GenerateRequest, backend: Backend, prompt: int) -> Job:
    """Return the job with its bounds on thoughts, if there are any; `prompt` is the number of the prompt's tokens."""
    if not request.sampling.HasField("thinking"):
        return job
    thinking = await thinking_of(request.sampling.thinking, backend)
    if job.structured_output:
        why = "this engine can't hold thoughts to bounds and the answer to a form at once; leave one of them out"
        raise Unsupported(f"sampling.thinking: {why}", violations=[Violation("sampling.thinking", why)])
    branches = tuple(with_thoughts(branch, thinking, prompt) for branch in job.branches)
    return replace(job, thinking=thinking, branches=branches)


def prompt_of(request: pb.GenerateRequest | pb.EvaluateRequest) -> Prompt:
    """Return what a request continues."""
    if request.HasField("conversation"):
        return to_conversation(request.conversation)
    return request.text if request.HasField("text") else tuple(request.token_ids.ids)


async def prompt_ids(prompt: Prompt, backend: Backend) -> tuple[int, ...]:
    """Return the prompt's tokens."""
    return prompt if isinstance(prompt, tuple) else await backend.tokenize(prompt)


async def _branch(branch: pb.Branch, backend: Backend, prompt: Prompt, ids: tuple[int, ...], seed: int) -> Branch:
    seed = branch.seed if branch.HasField("seed") else seed
    streams = tuple(derived_seed(seed, place) for place in range(branch.num_sequences))
    if branch.HasField("token_ids"):
        prefix = tuple(branch.token_ids.ids)
        return Branch(ids + prefix, prefix, streams)
    if not backend.capabilities.token_ids or not branch.text:
        return Branch(ids, branch.text, streams)
    return Branch(await _continued(backend, prompt, branch.text), branch.text, streams)


async def _continued(backend: Backend, prompt: Prompt, prefix: str) -> tuple[int, ...]:
    """Return prompt and prefix tokenised together, as far as the prompt is text."""
    if isinstance(prompt, tuple):
        return prompt + await backend.tokenize(prefix)
    return await backend.tokenize(prompt, prefix)


ONE = pb.Branch(num_sequences=1)
