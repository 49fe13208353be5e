"""Calls of a reward service on the wire and in here."""

from typing import cast

from its.chat.v1 import tokens_pb2
from its.reward.v1 import reward_pb2 as pb
from its_orchestrator import conversations
from its_orchestrator.clients.generation import identity
from its_orchestrator.engines import Aggregation, RewardModel, Scored, Scores, Scoring, Trajectory, Usage

_AGGREGATION = "AGGREGATION_"


def request(scoring: Scoring) -> pb.ScoreRequest:
    """Return the call in the contract's words."""
    message = pb.ScoreRequest(
        request_id=scoring.request_id,
        model=scoring.model,
        trajectories=[_trajectory(one, scoring.fingerprint) for one in scoring.trajectories],
        aggregation=_aggregation(scoring.aggregation),
        tenant=scoring.flow.tenant,
        flow=scoring.flow.name,
        priority=scoring.flow.priority,
    )
    if isinstance(scoring.prompt, str):
        message.text = scoring.prompt
    else:
        message.conversation.CopyFrom(conversations.to_proto(scoring.prompt))
    return message


def scores(response: pb.ScoreResponse) -> Scores:
    """Return the scores in our words, unchecked."""
    used = response.usage
    return Scores(
        tuple(_scored(one) for one in response.scores),
        Usage(used.prompt_tokens, used.cached_prompt_tokens, used.completion_tokens),
    )


def model(capabilities: pb.RewardCapabilities) -> RewardModel:
    """Return what a reward model accepts and returns."""
    return RewardModel(
        identity=identity(capabilities.model),
        process=capabilities.kind == pb.REWARD_KIND_PROCESS,
        scores_partial=capabilities.scores_partial,
        accepts_text=capabilities.accepts_text,
        accepts_tokens=capabilities.accepts_tokens,
        low=capabilities.min_value,
        high=capabilities.max_value,
        max_trajectories=capabilities.max_trajectories,
        aggregations=tuple(_name(one) for one in capabilities.aggregations),
        needs_reference_answer=capabilities.needs_reference_answer,
    )


def _trajectory(trajectory: Trajectory, fingerprint: str) -> pb.Trajectory:
    message = pb.Trajectory(
        id=trajectory.id, complete=trajectory.complete, known_step_values=trajectory.known_step_values
    )
    if not trajectory.token_ids:
        message.text.steps.extend(trajectory.steps)
        return message
    message.tokens.CopyFrom(
        pb.TokenSteps(
            tokenizer_fingerprint=fingerprint,
            tokens=tokens_pb2.TokenIds(ids=trajectory.token_ids),
            step_ends=trajectory.step_ends,
        )
    )
    return message


def _scored(score: pb.Score) -> Scored:
    return Scored(
        id=score.trajectory_id,
        value=score.value if score.HasField("value") else None,
        step_values=tuple(score.step_values),
        error=score.failure.message,
    )


def _aggregation(aggregation: Aggregation) -> pb.Aggregation.ValueType:
    if aggregation == "default":
        return pb.AGGREGATION_UNSPECIFIED
    return pb.Aggregation.Value(_AGGREGATION + aggregation.upper())


def _name(aggregation: pb.Aggregation.ValueType) -> Aggregation:
    return cast("Aggregation", pb.Aggregation.Name(aggregation).removeprefix(_AGGREGATION).lower())
