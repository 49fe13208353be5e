"""Errors on the wire: `google.rpc.Status` with BadRequest, ErrorInfo and RetryInfo, there and back."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from google.protobuf import any_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode, aio
from grpc_status import rpc_status

from its_runtime.errors import (
    KINDS,
    SPECIAL,
    DeadlinePassed,
    Internal,
    InvalidRequest,
    ItsError,
    Unavailable,
    Unmet,
    Violation,
)

DOMAIN = "its"
MESSAGE_BYTES = 1024
"""Longest message. It travels twice, percent-encoded and in base64, in trailers that clients limit to 8 KiB."""
VIOLATION_BYTES = 2000
"""Longest list of violations; those that come after it are left out."""
LONGEST_RETRY = 86_400.0
"""Seconds; a longer wait is cut to it."""

_OURS = {kind.code: kind for kind in KINDS}
_SPECIAL = {(kind.code, kind.reason): kind for kind in SPECIAL}
_FOREIGN = {
    StatusCode.OUT_OF_RANGE: InvalidRequest,
    StatusCode.ABORTED: Unavailable,
    StatusCode.PERMISSION_DENIED: Unmet,
    StatusCode.UNAUTHENTICATED: Unmet,
}
"""What to make of the codes that our services never send."""


def to_status(error: ItsError) -> Status:
    """Return the status that carries `error` with its details, cut to what fits into trailers."""
    status = Status(code=error.code.value[0], message=_cut(error.message, MESSAGE_BYTES))
    _pack(status, ErrorInfo(reason=error.reason, domain=DOMAIN))
    if fields := list(_fields(error.violations)):
        _pack(status, BadRequest(field_violations=fields))
    if error.retry_after is not None:
        delay = Duration()
        delay.FromNanoseconds(int(max(0.0, min(error.retry_after, LONGEST_RETRY)) * 1e9))
        _pack(status, RetryInfo(retry_delay=delay))
    return status


def from_call(call: aio.AioRpcError, service: str) -> ItsError:
    """Return the error that a call of `service` ended with; one of our classes, whoever wrote the server.

    What a server that is not ours says of its inside is not repeated: it may end up in front of a user.
    """
    code, status = call.code(), _status(call)
    kind = (_OURS | _FOREIGN).get(code, Internal)
    details: list[any_pb2.Any] = list(status.details) if status else []
    reason = _reason(details)
    if reason is None:
        return kind(_of_foreign(call, kind, service), violations=_violations(details))
    message = status.message if status else ""
    kind = _SPECIAL.get((code, reason), kind)
    return kind(message, violations=_violations(details), retry_after=_retry_after(details))


def _of_foreign(call: aio.AioRpcError, kind: type[ItsError], service: str) -> str:
    if kind is DeadlinePassed:
        return f"{service} had no answer yet when the time was up; allow more of it, or ask for less"
    said = "its log says why" if kind is Internal else call.details() or "no reason was given"
    return f"{service} answered {call.code().name}: {said}"


def _status(call: aio.AioRpcError) -> Status | None:
    try:
        return cast("Any", rpc_status).from_call(call)
    except (ValueError, DecodeError):  # a foreign server's trailers may contradict its status
        return None


def _cut(text: str, limit: int) -> str:
    return text.encode(errors="replace")[:limit].decode(errors="ignore")


def _fields(violations: Iterable[Violation]) -> Iterator[BadRequest.FieldViolation]:
    left = VIOLATION_BYTES
    for violation in violations:
        field = BadRequest.FieldViolation(field=_cut(violation.field, 200), description=_cut(violation.message, 300))
        left -= field.ByteSize()
        if left < 0:
            return
        yield field


def _pack(status: Status, detail: ErrorInfo | BadRequest | RetryInfo) -> None:
    status.details.add().Pack(detail)


def _reason(details: list[any_pb2.Any]) -> str | None:
    """Return the reason that one of our servers gave; None when it is not ours."""
    info = ErrorInfo()
    return next((info.reason for detail in details if detail.Unpack(info) and info.domain == DOMAIN), None)


def _violations(details: list[any_pb2.Any]) -> list[Violation]:
    bad = BadRequest()
    for detail in details:
        if detail.Unpack(bad):
            return [Violation(v.field, v.description) for v in bad.field_violations]
    return []


def _retry_after(details: list[any_pb2.Any]) -> float | None:
    retry = RetryInfo()
    for detail in details:
        if detail.Unpack(retry):
            return retry.retry_delay.ToNanoseconds() / 1e9
    return None
