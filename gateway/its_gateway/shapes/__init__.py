"""The shapes of answers: what the OpenAPI document says of them. Answers are written without these, for speed."""

from its_gateway.shapes.chat import ChatCompletion
from its_gateway.shapes.completions import TextCompletion
from its_gateway.shapes.failure import Failure
from its_gateway.shapes.listing import Configured, Generated, Health, Model, ModelList, Readiness
from its_gateway.shapes.reporting import Report, ReportList
from its_gateway.shapes.responses import ResponseObject
from its_gateway.shapes.tracing import Trace, TraceList

__all__ = [
    "ChatCompletion",
    "Configured",
    "Failure",
    "Generated",
    "Health",
    "Model",
    "ModelList",
    "Readiness",
    "Report",
    "ReportList",
    "ResponseObject",
    "TextCompletion",
    "Trace",
    "TraceList",
]
