"""Errors on the wire: `google.rpc.Status` with BadRequest, ErrorInfo and RetryInfo, there and back."""

from typing import Any, cast

import grpc
from google.protobuf import any_pb2
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc import aio
from grpc_status import rpc_status

from its_runtime.errors import KINDS, Internal, ItsError, Violation

DOMAIN = "its"
MESSAGE_LIMIT = 4096
"""Characters; trailers hold 8 KiB."""


def to_status(error: ItsError) -> Status:
    """Return the status that carries `error` with all its details."""
    status = Status(code=error.code.value[0], message=error.message[:MESSAGE_LIMIT])
    _pack(status, ErrorInfo(reason=error.reason, domain=DOMAIN))
    if error.violations:
        fields = [BadRequest.FieldViolation(field=v.field, description=v.message) for v in error.violations[:20]]
        _pack(status, BadRequest(field_violations=fields))
    if error.retry_after is not None:
        delay = Duration()
        delay.FromNanoseconds(int(error.retry_after * 1e9))
        _pack(status, RetryInfo(retry_delay=delay))
    return status


def from_call(call: aio.AioRpcError, service: str) -> ItsError:
    """Return the error that a call of `service` ended with; one of our classes, whoever wrote the server."""
    kind = next((kind for kind in KINDS if kind.code == call.code()), Internal)
    status: Status | None = cast("Any", rpc_status).from_call(call)
    details: list[any_pb2.Any] = list(status.details) if status else []
    message = (status.message if status else call.details()) or call.code().name
    if not details and call.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}:
        message = f"{service}: {message}"
    return kind(message, violations=_violations(details), retry_after=_retry_after(details))


def _pack(status: Status, detail: ErrorInfo | BadRequest | RetryInfo) -> None:
    packed = any_pb2.Any()
    packed.Pack(detail)
    status.details.append(packed)


def _violations(details: list[any_pb2.Any]) -> list[Violation]:
    for detail in details:
        bad = BadRequest()
        if detail.Unpack(bad):
            return [Violation(v.field, v.description) for v in bad.field_violations]
    return []


def _retry_after(details: list[any_pb2.Any]) -> float | None:
    for detail in details:
        retry = RetryInfo()
        if detail.Unpack(retry):
            return retry.retry_delay.ToNanoseconds() / 1e9
    return None
