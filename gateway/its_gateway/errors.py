"""Errors as OpenAI's clients know them: `{"error": {message, type, param, code}}`, and where ours end up."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from grpc import StatusCode
from starlette.responses import Response

from its_runtime.errors import Internal, ItsError, TooLong, Violation


@dataclass(frozen=True, slots=True)
class Rule:
    """How one gRPC status looks over HTTP."""

    status: int
    type: str
    code: str | None = None
    retry_after: int | None = None
    """Seconds to wait where the error itself names none."""
    again: bool = True
    """Whether OpenAI's SDKs may ask again by themselves; a search that ran out of time would only be paid twice."""


RULES: Mapping[StatusCode, Rule] = {
    StatusCode.INVALID_ARGUMENT: Rule(400, "invalid_request_error", "invalid_value"),
    StatusCode.NOT_FOUND: Rule(404, "invalid_request_error", "model_not_found"),
    StatusCode.ALREADY_EXISTS: Rule(409, "invalid_request_error", "already_running"),
    StatusCode.UNIMPLEMENTED: Rule(400, "invalid_request_error", "unsupported"),
    StatusCode.FAILED_PRECONDITION: Rule(400, "invalid_request_error", "failed_precondition"),
    StatusCode.RESOURCE_EXHAUSTED: Rule(429, "rate_limit_error", "rate_limit_exceeded", retry_after=1),
    StatusCode.UNAVAILABLE: Rule(503, "server_error", "service_unavailable", retry_after=1),
    StatusCode.DEADLINE_EXCEEDED: Rule(504, "server_error", "timeout", again=False),
    StatusCode.CANCELLED: Rule(499, "invalid_request_error", "client_closed_request"),
    StatusCode.INTERNAL: Rule(500, "server_error", "internal_error"),
}

_TOO_LONG = Rule(400, "invalid_request_error", "context_length_exceeded")
"""What shares its status with other errors, and has a code of its own at OpenAI."""

_PARAMS: tuple[tuple[str, str], ...] = (
    ("parameters.", "its."),
    ("parameters", "its"),
    ("reward_model", "its.reward_model"),
    ("budget.samples", "budget"),
    ("sampling.thinking", "its.thinking"),
    ("sampling.", ""),
    ("conversation.", ""),
    ("structured_output.json_schema", "response_format.json_schema.schema"),
    ("structured_output", "response_format"),
    ("logprobs.top", "top_logprobs"),
    ("prompt", "messages"),
)
"""Beginnings of field names in the contract, and what they are called in a request of ours."""

STOPPING = "the gateway is stopping, and this took longer than it waits; ask again"


class ApiError(Exception):
    """An answer that is an error; everything that a client sees of it."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
        retry_after: int | None = None,
        again: bool = True,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.param = param
        self.code = code
        self.retry_after = retry_after
        """Seconds, sent as Retry-After; None where trying again doesn't help."""
        self.again = again
        """Whether the SDKs may try again as they usually do; X-Should-Retry tells them where not."""

    def body(self) -> bytes:
        """Return the JSON that OpenAI's clients understand."""
        error = {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}
        return orjson.dumps({"error": error})

    def response(self) -> Response:
        """Return the error as a response of its own."""
        headers = {} if self.retry_after is None else {"retry-after": str(self.retry_after)}
        headers |= {} if self.again else {"x-should-retry": "false"}
        return Response(self.body(), self.status, headers, media_type="application/json")


def from_its(error: ItsError) -> ApiError:
    """Return `error` as clients see it, its fields under the names that requests give them."""
    rule = _TOO_LONG if isinstance(error, TooLong) else RULES.get(error.code, RULES[Internal.code])
    refused = [Violation(_param(violation.field), violation.message) for violation in error.violations]
    message = "; ".join(f"{violation.field}: {violation.message}" for violation in refused) or error.message
    param = refused[0].field if refused else None
    wait = rule.retry_after if error.retry_after is None else math.ceil(error.retry_after)
    return ApiError(
        rule.status, message, kind=rule.type, param=param, code=rule.code, retry_after=wait, again=rule.again
    )


def _param(field: str) -> str:
    for theirs, ours in _PARAMS:
        if field.startswith(theirs):
            return (ours + field.removeprefix(theirs)).replace("].parameters_json_schema", "].function.parameters")
    return field
