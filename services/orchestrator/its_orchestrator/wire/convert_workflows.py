"""Functions, strategies and pipelines on the wire and in here."""

import json
from typing import Any

from google.protobuf import json_format, struct_pb2

from its.orchestrator.v1 import answer_pb2, listing_pb2
from its.orchestrator.v1 import orchestrator_pb2 as pb
from its_orchestrator import conversations, seeds
from its_orchestrator.choosing.equivalence import Equivalence
from its_orchestrator.components.function import Function
from its_orchestrator.events import OutputPiece
from its_orchestrator.wire import convert, convert_events
from its_orchestrator.wire.convert_ledger import ledger
from its_orchestrator.workflows.job import Call, Output, Passage, Stage, Terms, Told
from its_orchestrator.workflows.listing import StrategyListing
from its_runtime.values import plain


def call(request: pb.RunFunctionRequest, seconds: float | None) -> Call:
    """Return which function to call, for somebody who will wait so many seconds."""
    given = request.HasField("conversation")
    value = conversations.from_proto(request.conversation) if given else plain(request.input)
    return Call(request.function, value, _terms(request, seconds))


def passage(request: pb.RunPipelineRequest, seconds: float | None) -> Passage:
    """Return which pipeline to run, for somebody who will wait so many seconds."""
    stages = tuple(Stage(one.type, json_format.MessageToDict(one.config)) for one in request.stages)
    return Passage(stages, conversations.from_proto(request.conversation), _terms(request, seconds))


def function_response(told: Told, equivalence: Equivalence) -> pb.RunFunctionResponse:
    """Return what a running function tells."""
    if isinstance(told, Output):
        return pb.RunFunctionResponse(output=_output(told))
    if isinstance(told.kind, OutputPiece):
        return pb.RunFunctionResponse(chunk=_value(told.kind.value))
    return pb.RunFunctionResponse(event=convert_events.event(told, equivalence))


def pipeline_response(told: Told, equivalence: Equivalence) -> pb.RunPipelineResponse:
    """Return what a running pipeline tells."""
    if isinstance(told, Output):
        return pb.RunPipelineResponse(output=_output(told))
    return pb.RunPipelineResponse(event=convert_events.event(told, equivalence))


def strategy(one: StrategyListing) -> listing_pb2.StrategyInfo:
    """Return what there is to know about a strategy."""
    return listing_pb2.StrategyInfo(
        type=one.type,
        summary=one.summary,
        stage=one.stage,
        pipelines=one.pipelines,
        config_json_schema=json.dumps(one.schema),
    )


def function(one: Function) -> listing_pb2.FunctionInfo:
    """Return what there is to know about a function."""
    return listing_pb2.FunctionInfo(
        name=one.name,
        type=one.type,
        description=one.description,
        input_json_schema=json.dumps(one.input_schema),
        output_json_schema=json.dumps(one.output_schema),
        streams=one.streams,
    )


def _terms(request: pb.RunFunctionRequest | pb.RunPipelineRequest, seconds: float | None) -> Terms:
    return Terms(
        request_id=request.request_id,
        budget=convert.budget(request.budget),
        seed=request.seed if request.HasField("seed") else seeds.draw(),
        seconds=seconds,
        tenant=request.tenant,
        priority=request.priority or 1,
        charged=request.limits.tokens_per_minute > 0,
        wanted=convert_events.wanted(request.detail),
    )


def _output(output: Output) -> pb.FunctionOutput:
    return pb.FunctionOutput(
        value=_value(output.plain),
        ledger=ledger(output.ledger),
        trace_id=output.trace_id,
        seed=output.seed,
        stopped_by=answer_pb2.StoppedBy.Value(f"STOPPED_BY_{output.stopped_by.name}"),
    )


def _value(plain: Any) -> struct_pb2.Value:  # noqa: ANN401  (JSON)
    return json_format.ParseDict(plain, struct_pb2.Value())
