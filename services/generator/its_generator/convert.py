"""From the contract's messages to what backends take, and back. What a request asks is checked in `limits`."""

from its.chat.v1 import sampling_pb2, tokens_pb2
from its.generator.v1 import generator_pb2 as pb
from its_generator.backend import Backend, Identity, StructuredOutput
from its_generator.conversation import parsed
from its_generator.sampling import Sampling
from its_generator.steps import StepPolicy
from its_generator.tick import Delta, Finished, StopReason, Tick, Top, Usage

REASONS = {reason: pb.StopReason.Value(f"STOP_REASON_{reason.name}") for reason in StopReason}


def sampling(message: sampling_pb2.Sampling) -> Sampling:
    """Return how tokens are drawn; what is absent takes its default."""
    single = {name: getattr(message, name) for name in _SINGLE if message.HasField(name)}
    return Sampling(
        **single,
        logit_bias=dict(message.logit_bias),
        stop=tuple(message.stop),
        stop_token_ids=frozenset(message.stop_token_ids),
    )


def steps(message: pb.StepPolicy) -> StepPolicy:
    """Return where steps end."""
    return StepPolicy(
        tuple(message.delimiters.texts),
        message.every_n_tokens,
        message.max_steps,
        message.max_tokens_per_step,
        frozenset(message.step_token_ids),
    )


def structured_output(message: sampling_pb2.StructuredOutput) -> StructuredOutput:
    """Return the form that completions must have. Raises InvalidRequest when a schema is no JSON."""
    form = message.WhichOneof("form")
    assert form is not None
    if form == "json_schema":
        parsed(message.json_schema, "structured_output.json_schema")
    return StructuredOutput(form, "" if form == "json_object" else getattr(message, form))


def response(tick: Tick) -> pb.GenerateResponse:
    """Return a message of the stream."""
    return pb.GenerateResponse(
        deltas=[_delta(delta) for delta in tick.deltas],
        finished=[_finished(end) for end in tick.finished],
        usage=usage(tick.usage) if tick.usage else None,
    )


def usage(used: Usage) -> pb.Usage:
    """Return what a call used."""
    return pb.Usage(
        prompt_tokens=used.prompt_tokens,
        cached_prompt_tokens=used.cached_prompt_tokens,
        completion_tokens=used.completion_tokens,
    )


def identity(name: str, identity: Identity) -> tokens_pb2.ModelIdentity:
    """Return who answers."""
    return tokens_pb2.ModelIdentity(
        name=name, revision=identity.revision, tokenizer_fingerprint=identity.tokenizer_fingerprint
    )


def capabilities(name: str, backend: Backend) -> pb.ModelCapabilities:
    """Return what a model can do."""
    able = backend.capabilities
    return pb.ModelCapabilities(
        model=identity(name, backend.identity),
        backend=able.backend,
        max_context_tokens=able.max_context_tokens,
        vocabulary_size=able.vocabulary_size,
        max_sequences=able.max_sequences,
        continues_prefix=able.continues_prefix,
        token_ids=able.token_ids,
        reproducible=able.reproducible,
        max_top_logprobs=able.max_top_logprobs,
        structured_outputs=sorted(able.structured_outputs),
        tools=able.tools,
        sampling_fields=sorted(able.sampling_fields),
        evaluates=able.evaluates,
        evaluates_tempered=able.evaluates_tempered,
    )


def _delta(delta: Delta) -> pb.Delta:
    return pb.Delta(
        sequence=delta.sequence,
        offset=delta.offset,
        token_ids=delta.token_ids,
        text=delta.text,
        logprobs=delta.logprobs,
        top_logprobs=[_top(top, texts=bool(delta.texts)) for top in delta.top],
        completed_step=delta.completed_step,
        token_texts=delta.texts,
    )


def _top(top: Top, *, texts: bool) -> pb.TopLogprobs:
    told = top.texts if texts else ()
    return pb.TopLogprobs(token_ids=top.token_ids, logprobs=top.logprobs, token_texts=told)


def _finished(end: Finished) -> pb.Finished:
    return pb.Finished(
        sequence=end.sequence,
        stop_reason=REASONS[end.reason],
        stop_text=end.stop_text,
        error=end.error,
        completion_tokens=end.completion_tokens,
    )


_SINGLE = (
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "presence_penalty",
    "frequency_penalty",
    "repetition_penalty",
    "max_tokens",
    "min_tokens",
)
