"""Requests and listings on the wire and in here."""

import json
from collections.abc import Mapping
from typing import Any, cast

from google.protobuf import json_format, struct_pb2
from google.protobuf.message import Message

from its.chat.v1 import sampling_pb2, tokens_pb2
from its.orchestrator.v1 import answer_pb2, listing_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its_orchestrator import conversations
from its_orchestrator.algorithms import Algorithm
from its_orchestrator.budget import Budget
from its_orchestrator.clients import generation
from its_orchestrator.engines import Identity
from its_orchestrator.form import Form, Kind
from its_orchestrator.profiles import Profile
from its_orchestrator.running.desk import Ask
from its_orchestrator.sampling import Sampling


def ask(request: pb.SolveRequest, seconds: float | None) -> Ask:
    """Return what a request asks, whose caller will wait so many seconds."""
    return Ask(
        request_id=request.request_id,
        prompt=request.text or conversations.from_proto(request.conversation),
        model=request.model,
        algorithm=request.algorithm,
        parameters=_struct(request.parameters),
        budget=budget(request.budget),
        sampling=sampling(request.sampling),
        reward_model=request.reward_model,
        structured_output=request.structured_output if request.HasField("structured_output") else None,
        form=_form(request.structured_output) if request.HasField("structured_output") else None,
        logprobs=request.logprobs.top if request.HasField("logprobs") else None,
        texts=request.logprobs.texts,
        seconds=seconds,
        streams=request.detail != pb.DETAIL_UNSPECIFIED,
        tenant=request.tenant,
        priority=request.priority or 1,
        charged=request.limits.tokens_per_minute > 0,
    )


def budget(message: answer_pb2.Budget) -> Budget:
    """Return a budget; what is absent stays absent."""
    return Budget.model_validate(_present(message))


def budget_proto(limits: Budget) -> answer_pb2.Budget:
    """Return a budget in the contract's words."""
    return answer_pb2.Budget(samples=limits.samples, tokens=limits.tokens, seconds=limits.seconds)


def sampling(message: sampling_pb2.Sampling) -> Sampling:
    """Return how tokens are drawn; what is absent stays absent."""
    return Sampling.model_validate(_present(message))


def profile(message: listing_pb2.Profile) -> Profile:
    """Return a profile, its defaults filled in."""
    given = {"model": message.model, "algorithm": message.algorithm, "reward_model": message.reward_model}
    return Profile(
        **{name: value for name, value in given.items() if value},
        parameters=_struct(message.parameters),
        budget=budget(message.budget),
        sampling=sampling(message.sampling),
    )


def profile_proto(name: str, one: Profile) -> listing_pb2.Profile:
    """Return a profile in the contract's words."""
    parameters = struct_pb2.Struct()
    parameters.update(one.parameters)
    return listing_pb2.Profile(
        name=name,
        model=one.model,
        algorithm=one.algorithm,
        parameters=parameters,
        budget=budget_proto(one.budget),
        sampling=generation.sampling(one.sampling),
        reward_model=one.reward_model,
    )


def algorithm(kind: type[Algorithm]) -> listing_pb2.AlgorithmInfo:
    """Return what there is to know about an algorithm."""
    return listing_pb2.AlgorithmInfo(
        name=kind.name,
        summary=kind.summary,
        source=kind.source,
        budget_meaning=kind.budget_meaning,
        parameters_json_schema=json.dumps(kind.model_json_schema()),
        needs=sorted(listing_pb2.Need.Value(f"NEED_{need.name}") for need in kind.needs),
    )


def identity(model: Identity) -> tokens_pb2.ModelIdentity:
    """Return which model it is."""
    return tokens_pb2.ModelIdentity(
        name=model.name, revision=model.revision, tokenizer_fingerprint=model.tokenizer_fingerprint
    )


def _form(message: sampling_pb2.StructuredOutput) -> Form:
    kind = cast("Kind", message.WhichOneof("form"))
    return Form(kind, "" if kind == "json_object" else getattr(message, kind))


def _struct(message: struct_pb2.Struct) -> dict[str, Any]:
    return json_format.MessageToDict(message) if message.fields else {}


def _present(message: Any) -> dict[str, Any]:  # noqa: ANN401  (any message: its fields are the keys)
    return {field.name: _plain(value) for field, value in message.ListFields()}


def _plain(value: object) -> object:
    if isinstance(value, int | float | str):
        return value
    if isinstance(value, Message):
        return _present(value)
    return dict(cast("Mapping[int, float]", value)) if hasattr(value, "items") else tuple(cast("Any", value))
