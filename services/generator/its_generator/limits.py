"""What a backend can't do is refused here, by field and limit, before any work."""

from collections.abc import Collection
from dataclasses import fields

from its.generator.v1 import generator_pb2 as pb
from its_generator.backend import Capabilities, Job
from its_generator.sampling import Sampling
from its_runtime.errors import InvalidRequest, TooLong, Unsupported, Violation


def check_request(request: pb.GenerateRequest, able: Capabilities) -> None:
    """Raise InvalidRequest or Unsupported for what can be told before anything is tokenised."""
    _check_sequences(request, able)
    _check_inputs(request, able)
    _check_sampling_fields(request, able)
    _check_outputs(request, able)


def check_tools(request: pb.GenerateRequest | pb.TokenizeRequest | pb.EvaluateRequest, able: Capabilities) -> None:
    """Raise Unsupported when there are tools and the model knows none."""
    if request.conversation.tools and not able.tools:
        raise _unsupported("conversation.tools", "this model's chat template knows no tools; leave them out")


def check_job(job: Job, able: Capabilities, prompt_tokens: int) -> None:
    """Raise InvalidRequest when token ids or lengths don't fit the model."""
    if not able.token_ids:
        return
    size = able.vocabulary_size
    check_ids("sampling.logit_bias", job.sampling.logit_bias, size)
    check_ids("sampling.stop_token_ids", job.sampling.stop_token_ids, size)
    check_ids("step_policy.step_token_ids", job.steps.token_ids, size)
    check_ids("token_ids", job.prompt if isinstance(job.prompt, tuple) else (), size)
    _check_length("prompt", prompt_tokens, job, able)
    for place, branch in enumerate(job.branches):
        check_ids(f"branches[{place}].token_ids", branch.prefix if isinstance(branch.prefix, tuple) else (), size)
        _check_length(f"branches[{place}]", len(branch.token_ids), job, able)


def check_ids(field: str, ids: Collection[int], size: int) -> None:
    """Raise InvalidRequest when one of `ids` is not in a vocabulary of `size`."""
    if ids and max(ids) >= size:
        raise InvalidRequest.field(field, f"token id {max(ids)} is not in the vocabulary; ids are 0 to {size - 1}")


def _check_length(field: str, tokens: int, job: Job, able: Capabilities) -> None:
    wanted, limit = max(1, job.sampling.min_tokens), able.max_context_tokens
    if tokens + wanted > limit > 0:
        raise TooLong.field(
            field,
            f"prompt and prefix have {tokens} tokens and at least {wanted} more are wanted, but the model's context is "
            f"{limit} tokens; send less",
        )


def _check_sequences(request: pb.GenerateRequest, able: Capabilities) -> None:
    sequences = sum(branch.num_sequences for branch in request.branches)
    if sequences > able.max_sequences:
        message = f"{sequences} sequences were asked for; one call may have {able.max_sequences}: make several calls"
        raise InvalidRequest.field("branches", message)


def _check_inputs(request: pb.GenerateRequest, able: Capabilities) -> None:
    if not able.token_ids and request.HasField("token_ids"):
        raise _unsupported("token_ids", "this engine takes no token ids; send a conversation or text")
    if request.HasField("token_ids") and not request.token_ids.ids:
        raise InvalidRequest.field("token_ids.ids", "is empty; a prompt has at least one token")
    for place, branch in enumerate(request.branches):
        prefix = branch.WhichOneof("prefix")
        if prefix and not able.continues_prefix:
            message = "this engine can't continue a prefix; sample whole answers instead of steps"
            raise _unsupported(f"branches[{place}].{prefix}", message)
        if prefix == "token_ids" and not able.token_ids:
            raise _unsupported(
                f"branches[{place}].token_ids", "this engine takes no token ids; send the prefix as text"
            )
    policy = request.step_policy
    if not able.token_ids and (policy.every_n_tokens or policy.max_tokens_per_step or policy.step_token_ids):
        raise _unsupported("step_policy", "this engine doesn't tell tokens apart; end steps at delimiters")
    check_tools(request, able)


def _check_sampling_fields(request: pb.GenerateRequest, able: Capabilities) -> None:
    sampling = request.sampling
    if sampling.HasField("max_tokens") and sampling.min_tokens > sampling.max_tokens:
        message = f"{sampling.min_tokens} is more than max_tokens, {sampling.max_tokens}"
        raise InvalidRequest.field("sampling.min_tokens", message)
    seeds = [f"branches[{place}].seed" for place, branch in enumerate(request.branches) if branch.HasField("seed")]
    if sampling.HasField("seed"):
        seeds.append("sampling.seed")
    if seeds and "seed" not in able.sampling_fields:
        raise InvalidRequest.field(seeds[0], "this engine can't draw from a seed; leave it out")


def check_sampling(sampling: Sampling, able: Capabilities) -> None:
    """Raise InvalidRequest for every field that has an effect and that the engine doesn't honour."""
    asked = {field.name for field in fields(Sampling) if getattr(sampling, field.name) != getattr(PLAIN, field.name)}
    if refused := sorted(asked - able.sampling_fields):
        message = f"this engine doesn't honour it; it honours {', '.join(sorted(able.sampling_fields))}"
        violations = [Violation(f"sampling.{name}", message) for name in refused]
        raise InvalidRequest(f"{', '.join(one.field for one in violations)}: {message}", violations=violations)


def _check_outputs(request: pb.GenerateRequest, able: Capabilities) -> None:
    if request.HasField("logprobs"):
        if able.max_top_logprobs is None:
            raise _unsupported("logprobs", "this engine reports no log-probabilities; leave it unset")
        if request.logprobs.top > able.max_top_logprobs:
            message = f"{request.logprobs.top} alternatives were asked for; there are at most {able.max_top_logprobs}"
            raise InvalidRequest.field("logprobs.top", message)
    form = request.structured_output.WhichOneof("form")
    if form and form not in able.structured_outputs:
        known = ", ".join(sorted(able.structured_outputs)) or "no form at all"
        raise _unsupported(f"structured_output.{form}", f"this engine can't enforce it; it can enforce {known}")


def _unsupported(field: str, message: str) -> Unsupported:
    return Unsupported(f"{field}: {message}", violations=[Violation(field, message)])


PLAIN = Sampling()
