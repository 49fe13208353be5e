"""What a scripted service reads and writes on the wire: the other side of the orchestrator's clients."""

from collections import Counter
from typing import cast

from its.chat.v1 import tokens_pb2
from its.generator.v1 import generator_pb2 as generator
from its.reward.v1 import reward_pb2 as reward
from its_orchestrator import conversations
from its_orchestrator.clients.generation import REASONS
from its_orchestrator.engines import (
    Aggregation,
    Batch,
    Branch,
    Delta,
    End,
    Evaluated,
    Evaluation,
    Generation,
    GeneratorModel,
    Passage,
    RewardModel,
    Scored,
    Scores,
    Scoring,
    StepPolicy,
    Trajectory,
    Usage,
)
from its_orchestrator.testing.language import text
from its_orchestrator.wire.convert import identity, sampling
from its_runtime.fairness import Flow

Offsets = Counter[int]


def generation(request: generator.GenerateRequest) -> Generation:
    """Return the call that a request asks for."""
    return Generation(
        request_id=request.request_id,
        model=request.model,
        prompt=request.text or conversations.from_proto(request.conversation),
        prompt_token_ids=tuple(request.token_ids.ids),
        branches=tuple(
            Branch(one.seed, one.num_sequences, one.text, tuple(one.token_ids.ids)) for one in request.branches
        ),
        sampling=sampling(request.sampling),
        steps=_policy(request.step_policy) if request.HasField("step_policy") else None,
        flush_every=request.flush_every_n_tokens,
        logprobs=request.logprobs.top if request.HasField("logprobs") else None,
        flow=Flow(request.tenant, request.flow, request.priority),
    )


def evaluation(request: generator.EvaluateRequest) -> Evaluation:
    """Return the evaluation that a request asks for."""
    return Evaluation(
        request_id=request.request_id,
        model=request.model,
        prompt=request.text or conversations.from_proto(request.conversation),
        prompt_token_ids=tuple(request.token_ids.ids),
        passages=tuple(Passage(tuple(one.prefix.ids), tuple(one.continuation.ids)) for one in request.passages),
        temperature=request.temperature or 1.0,
    )


def evaluated(found: Evaluated) -> generator.EvaluateResponse:
    """Return what was found."""
    told = [generator.EvaluateResponse.Evaluation(logprobs=one) for one in found.logprobs]
    return generator.EvaluateResponse(evaluations=told, usage=usage(found.usage))


def response(batch: Batch, offsets: Offsets) -> generator.GenerateResponse:
    """Return a message; `offsets` counts the tokens of each sequence."""
    started = batch.started
    return generator.GenerateResponse(
        started=generator.Started(
            model=identity(started.model), prompt_token_ids=tokens_pb2.TokenIds(ids=started.prompt_token_ids)
        )
        if started
        else None,
        deltas=[_delta(one, offsets) for one in batch.deltas],
        finished=[_finished(one) for one in batch.ends],
        usage=usage(batch.usage) if batch.usage else None,
    )


def usage(used: Usage) -> generator.Usage:
    """Return what a call used."""
    return generator.Usage(
        prompt_tokens=used.prompt_tokens,
        cached_prompt_tokens=used.cached_prompt_tokens,
        completion_tokens=used.completion_tokens,
    )


def generator_model(model: GeneratorModel) -> generator.ModelCapabilities:
    """Return what a generator's model can do."""
    return generator.ModelCapabilities(
        model=identity(model.identity),
        max_context_tokens=model.max_context,
        max_sequences=model.max_sequences,
        continues_prefix=model.continues_prefix,
        token_ids=model.token_ids,
        max_top_logprobs=model.max_top_logprobs,
        evaluates=model.evaluates,
        evaluates_tempered=model.evaluates_tempered,
    )


def scoring(request: reward.ScoreRequest) -> Scoring:
    """Return the batch that a request asks to score."""
    aggregation = reward.Aggregation.Name(request.aggregation).removeprefix("AGGREGATION_").lower()
    return Scoring(
        request_id=request.request_id,
        model=request.model,
        prompt=request.text or conversations.from_proto(request.conversation),
        trajectories=tuple(_trajectory(one) for one in request.trajectories),
        aggregation=cast("Aggregation", aggregation.replace("unspecified", "default")),
        flow=Flow(request.tenant, request.flow, request.priority),
    )


def scores(found: Scores) -> reward.ScoreResponse:
    """Return the scores of a batch."""
    return reward.ScoreResponse(
        scores=[_score(one) for one in found.scored], usage=reward.Usage(prompt_tokens=found.usage.prompt_tokens)
    )


def reward_model(model: RewardModel) -> reward.RewardCapabilities:
    """Return what a reward model accepts and returns."""
    return reward.RewardCapabilities(
        model=identity(model.identity),
        kind=reward.REWARD_KIND_PROCESS if model.process else reward.REWARD_KIND_OUTCOME,
        scores_partial=model.scores_partial,
        accepts_text=model.accepts_text,
        accepts_tokens=model.accepts_tokens,
        min_value=model.low,
        max_value=model.high,
        max_trajectories=model.max_trajectories,
        needs_reference_answer=model.needs_reference_answer,
        aggregations=[reward.Aggregation.Value(f"AGGREGATION_{one.upper()}") for one in model.aggregations],
    )


def _policy(policy: generator.StepPolicy) -> StepPolicy:
    return StepPolicy(tuple(policy.delimiters.texts), policy.every_n_tokens, run_on=policy.max_steps == 0)


def _delta(delta: Delta, offsets: Offsets) -> generator.Delta:
    offset = offsets[delta.sequence]
    offsets[delta.sequence] += len(delta.token_ids)
    return generator.Delta(
        sequence=delta.sequence,
        offset=offset,
        token_ids=delta.token_ids,
        text=delta.text,
        logprobs=delta.logprobs,
        top_logprobs=[generator.TopLogprobs(logprobs=[-one]) for one in delta.confidences],
        completed_step=0 if delta.completes_step else None,
    )


def _finished(end: End) -> generator.Finished:
    return generator.Finished(
        sequence=end.sequence, stop_reason=REASONS[end.reason], error=end.error, completion_tokens=end.tokens
    )


def _trajectory(trajectory: reward.Trajectory) -> Trajectory:
    """Return a trajectory; the steps of one that came as tokens are read from its code points."""
    ids, ends = tuple(trajectory.tokens.tokens.ids), tuple(trajectory.tokens.step_ends)
    begins = (0, *ends[:-1])
    spelled = tuple(text(ids[begin:end]) for begin, end in zip(begins, ends, strict=False))
    return Trajectory(
        id=trajectory.id,
        steps=spelled or tuple(trajectory.text.steps),
        complete=trajectory.complete,
        token_ids=ids,
        step_ends=ends,
        known_step_values=tuple(trajectory.known_step_values),
    )


def _score(scored: Scored) -> reward.Score:
    failure = reward.Failure(code=13, message=scored.error) if scored.error else None
    return reward.Score(trajectory_id=scored.id, value=scored.value, step_values=scored.step_values, failure=failure)
