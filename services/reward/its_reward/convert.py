"""Conversions between the contract's messages and our own nouns."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from google.rpc import code_pb2

from its.chat.v1 import tokens_pb2 as tokens
from its.reward.v1 import reward_pb2 as pb
from its_reward.aggregate import Aggregation, aggregate
from its_reward.convert_prompt import to_prompt
from its_reward.scorer import Capabilities
from its_reward.trajectory import Batch, Scored, TextSteps, TokenSteps, Trajectory, Unscored, Usage, Verdict
from its_runtime.errors import InvalidRequest, ItsError
from its_runtime.fairness import Flow

MAX_TRAJECTORIES = 4096
"""As the contract has it."""


def to_batch(request: pb.ScoreRequest, deadline: float | None) -> Batch:
    """Return what a request asks to score; raises InvalidRequest naming the field that can't be."""
    ids = [trajectory.id for trajectory in request.trajectories]
    if len(set(ids)) < len(ids):
        raise InvalidRequest.field("trajectories", "two have the same id; give each its own")
    trajectories = tuple(_trajectory(index, sent) for index, sent in enumerate(request.trajectories))
    flow = Flow(request.tenant, request.flow or f"call {request.request_id}", request.priority or 1)
    return Batch(to_prompt(request), trajectories, request.reference_answer, deadline, flow)


def to_aggregation(asked: "pb.Aggregation.ValueType", capabilities: Capabilities) -> Aggregation:
    """Return the aggregation asked for, or the scorer's own; raises InvalidRequest listing what is possible."""
    if asked == pb.AGGREGATION_UNSPECIFIED:
        return capabilities.default_aggregation
    found = _FROM_WIRE[asked]
    if found not in capabilities.aggregations:
        message = f"{found} isn't possible with {capabilities.scorer}; choose of {', '.join(capabilities.aggregations)}"
        raise InvalidRequest.field("aggregation", message)
    return found


def from_verdicts(
    request: pb.ScoreRequest, verdicts: Sequence[Verdict], how: Aggregation, model: tokens.ModelIdentity
) -> pb.ScoreResponse:
    """Return the response: one score a trajectory, and what all of them cost."""
    pairs = zip(request.trajectories, verdicts, strict=True)
    total = sum((verdict.usage for verdict in verdicts), Usage())
    usage = pb.Usage(
        prompt_tokens=total.prompt_tokens,
        cached_prompt_tokens=total.cached_tokens,
        completion_tokens=total.completion_tokens,
    )
    return pb.ScoreResponse(scores=[_score(sent.id, verdict, how) for sent, verdict in pairs], model=model, usage=usage)


def from_capabilities(name: str, served: Capabilities) -> pb.RewardCapabilities:
    """Return what one reward model accepts, under the name it is served as."""
    return pb.RewardCapabilities(
        model=from_identity(name, served),
        scorer=served.scorer,
        kind=pb.REWARD_KIND_PROCESS if served.kind == "process" else pb.REWARD_KIND_OUTCOME,
        scores_partial=served.scores_partial,
        accepts_text=served.accepts_text,
        accepts_tokens=served.accepts_tokens,
        min_value=served.min_value,
        max_value=served.max_value,
        max_trajectories=MAX_TRAJECTORIES,
        max_context_tokens=served.max_context_tokens,
        aggregations=[_TO_WIRE[how] for how in served.aggregations],
        default_aggregation=_TO_WIRE[served.default_aggregation],
        needs_reference_answer=served.needs_reference_answer,
        returns_rationale=served.returns_rationale,
    )


def from_identity(name: str, served: Capabilities) -> tokens.ModelIdentity:
    """Return who scores."""
    return tokens.ModelIdentity(name=name, revision=served.revision, tokenizer_fingerprint=served.fingerprint)


def from_error(error: ItsError) -> pb.Failure:
    """Return why something has no score."""
    return pb.Failure(code=error.code.value[0], message=error.message)


def _score(trajectory_id: str, verdict: Verdict, how: Aggregation) -> pb.Score:
    score = pb.Score(trajectory_id=trajectory_id)
    if isinstance(verdict, Scored):
        try:
            value = aggregate(how, verdict.own, verdict.step_values)
        except ItsError as error:
            score.failure.CopyFrom(from_error(error))
            return score
        if all(map(math.isfinite, (value, *verdict.step_values))):
            return pb.Score(
                trajectory_id=trajectory_id,
                value=value,
                step_values=verdict.step_values,
                rationale=verdict.rationale,
            )
        verdict = Unscored(code_pb2.INTERNAL, NOT_FINITE)
    score.failure.CopyFrom(pb.Failure(code=verdict.code, message=verdict.message))
    return score


NOT_FINITE = "the reward model gave a value that is no finite number; look at its weights, or choose another one"


def _trajectory(index: int, sent: pb.Trajectory) -> Trajectory:
    if sent.WhichOneof("content") == "text":
        return Trajectory(TextSteps(tuple(sent.text.steps)), sent.complete, tuple(sent.known_step_values))
    steps = tuple(_cut(f"trajectories[{index}].tokens.step_ends", sent.tokens))
    content = TokenSteps(sent.tokens.tokenizer_fingerprint, steps)
    return Trajectory(content, sent.complete, tuple(sent.known_step_values))


def _cut(field: str, sent: pb.TokenSteps) -> Iterator[tuple[int, ...]]:
    ids, ends = tuple(sent.tokens.ids), tuple(sent.step_ends)
    if list(ends) != sorted(ends) or (ends[-1] if ends else 0) != len(ids):
        raise InvalidRequest.field(field, f"must ascend and end with {len(ids)}, the number of tokens; not {ends}")
    for start, end in pairwise((0, *ends)):
        yield ids[start:end]


_FROM_WIRE = {
    pb.AGGREGATION_MODEL: Aggregation.MODEL,
    pb.AGGREGATION_PROD: Aggregation.PROD,
    pb.AGGREGATION_MIN: Aggregation.MIN,
    pb.AGGREGATION_LAST: Aggregation.LAST,
    pb.AGGREGATION_MEAN: Aggregation.MEAN,
}
_TO_WIRE = {ours: wire for wire, ours in _FROM_WIRE.items()}
