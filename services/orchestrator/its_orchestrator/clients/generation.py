"""Calls of a generator on the wire and in here."""

from its.chat.v1 import sampling_pb2, tokens_pb2
from its.generator.v1 import generator_pb2 as pb
from its_orchestrator import conversations
from its_orchestrator.candidate import StopReason, Token
from its_orchestrator.engines import (
    Batch,
    Branch,
    Delta,
    End,
    Evaluation,
    Generation,
    GeneratorModel,
    Identity,
    Passage,
    Started,
    StepPolicy,
    Usage,
)
from its_orchestrator.form import Form
from its_orchestrator.sampling import Sampling

REASONS = {reason: pb.StopReason.Value(f"STOP_REASON_{reason.name}") for reason in StopReason}
LEAST_LOGPROB = -100.0
"""Alternatives that are less likely, or impossible, count as this: confidences are finite."""
_REASONS = {value: reason for reason, value in REASONS.items()}


def request(generation: Generation) -> pb.GenerateRequest:
    """Return the call in the contract's words."""
    message = pb.GenerateRequest(
        request_id=generation.request_id,
        model=generation.model,
        branches=[_branch(one) for one in generation.branches],
        sampling=sampling(generation.sampling),
        step_policy=_policy(generation.steps) if generation.steps else None,
        logprobs=_logprobs(generation),
        flush_every_n_tokens=generation.flush_every,
        tenant=generation.flow.tenant,
        flow=generation.flow.name,
        priority=generation.flow.priority,
    )
    if generation.prompt_token_ids:
        message.token_ids.ids.extend(generation.prompt_token_ids)
    elif isinstance(generation.prompt, str):
        message.text = generation.prompt
    else:
        message.conversation.CopyFrom(conversations.to_proto(generation.prompt))
    if isinstance(generation.structured_output, sampling_pb2.StructuredOutput):
        message.structured_output.CopyFrom(generation.structured_output)
    elif isinstance(generation.structured_output, Form):
        message.structured_output.json_schema = generation.structured_output.definition
    return message


def sampling(fields: Sampling) -> sampling_pb2.Sampling:
    """Return how tokens are drawn, what is absent left out."""
    given = {name: getattr(fields, name) for name in fields.model_fields_set}
    said = {name: value for name, value in given.items() if value not in (None, (), {})}
    if fields.thinking:
        said["thinking"] = sampling_pb2.Thinking(**fields.thinking.model_dump(exclude_none=True))
    return sampling_pb2.Sampling(**said)


def batch(response: pb.GenerateResponse) -> Batch:
    """Return a message in our words."""
    return Batch(
        started=_started(response.started) if response.HasField("started") else None,
        deltas=[_delta(one) for one in response.deltas],
        ends=[End(one.sequence, _reason(one), one.completion_tokens, one.error) for one in response.finished],
        usage=usage(response.usage) if response.HasField("usage") else None,
    )


def usage(used: pb.Usage) -> Usage:
    """Return what a call used."""
    return Usage(used.prompt_tokens, used.cached_prompt_tokens, used.completion_tokens)


def identity(model: tokens_pb2.ModelIdentity) -> Identity:
    """Return which model it is."""
    return Identity(model.name, model.revision, model.tokenizer_fingerprint)


def model(capabilities: pb.ModelCapabilities) -> GeneratorModel:
    """Return what a model can do."""
    return GeneratorModel(
        identity=identity(capabilities.model),
        max_context=capabilities.max_context_tokens,
        max_sequences=capabilities.max_sequences,
        continues_prefix=capabilities.continues_prefix,
        token_ids=capabilities.token_ids,
        evaluates=capabilities.evaluates,
        evaluates_tempered=capabilities.evaluates_tempered,
        max_top_logprobs=capabilities.max_top_logprobs if capabilities.HasField("max_top_logprobs") else None,
        structured_outputs=frozenset(capabilities.structured_outputs),
    )


def evaluation(one: Evaluation) -> pb.EvaluateRequest:
    """Return the call in the contract's words."""
    message = pb.EvaluateRequest(
        request_id=one.request_id,
        model=one.model,
        passages=[_passage(each) for each in one.passages],
        temperature=None if one.temperature == 1 else one.temperature,
        tenant=one.flow.tenant,
        flow=one.flow.name,
        priority=one.flow.priority,
    )
    if one.prompt_token_ids:
        message.token_ids.ids.extend(one.prompt_token_ids)
    elif isinstance(one.prompt, str):
        message.text = one.prompt
    else:
        message.conversation.CopyFrom(conversations.to_proto(one.prompt))
    return message


def _passage(passage: Passage) -> pb.EvaluateRequest.Passage:
    prefix, rest = (tokens_pb2.TokenIds(ids=ids) for ids in (passage.prefix, passage.rest))
    return pb.EvaluateRequest.Passage(prefix=prefix, continuation=rest)


def _branch(branch: Branch) -> pb.Branch:
    message = pb.Branch(num_sequences=branch.count, seed=branch.seed)
    if branch.token_ids:
        message.token_ids.ids.extend(branch.token_ids)
    elif branch.text:
        message.text = branch.text
    return message


def _logprobs(generation: Generation) -> sampling_pb2.LogprobOptions | None:
    top = generation.logprobs
    return None if top is None else sampling_pb2.LogprobOptions(top=top, texts=generation.texts)


def _policy(steps: StepPolicy) -> pb.StepPolicy:
    most = 0 if steps.run_on else 1
    if steps.every_n_tokens:
        return pb.StepPolicy(every_n_tokens=steps.every_n_tokens, max_steps=most, step_token_ids=steps.token_ids)
    delimiters = pb.StepPolicy.Delimiters(texts=steps.delimiters)
    return pb.StepPolicy(delimiters=delimiters, max_steps=most, step_token_ids=steps.token_ids)


def _delta(delta: pb.Delta) -> Delta:
    completes = delta.HasField("completed_step")
    confidences = tuple(map(_confidence, tops)) if (tops := delta.top_logprobs) else ()
    told = _told(delta) if delta.token_texts else ()
    ids, logprobs = tuple(delta.token_ids[:]), tuple(delta.logprobs[:])  # a slice is taken in one go
    return Delta(delta.sequence, delta.text, ids, logprobs, completes, confidences, told)


def _told(delta: pb.Delta) -> tuple[Token, ...]:
    tops = [tuple(zip(top.token_texts, top.logprobs, strict=False)) for top in delta.top_logprobs]
    tops += [()] * (len(delta.token_texts) - len(tops))
    return tuple(map(Token, delta.token_texts, delta.logprobs, tops))


def _confidence(top: pb.TopLogprobs) -> float:
    total = sum(top.logprobs)
    if total < LEAST_LOGPROB:  # otherwise none of them is less, and there are many tokens
        total = sum(max(one, LEAST_LOGPROB) for one in top.logprobs)
    return -total / len(top.logprobs) if top.logprobs else 0.0


def _started(started: pb.Started) -> Started:
    return Started(identity(started.model), tuple(started.prompt_token_ids.ids))


def _reason(finished: pb.Finished) -> StopReason:
    return _REASONS.get(finished.stop_reason, StopReason.ERROR)
