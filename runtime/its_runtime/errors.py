"""What can go wrong, one class per gRPC status, or more where callers act by the reason.

ItsError
├── InvalidRequest      INVALID_ARGUMENT     the caller must change the request; names fields and limits
│   └── TooLong         INVALID_ARGUMENT     the model's context doesn't hold the prompt; told apart by its reason
├── NotFound            NOT_FOUND            no model, algorithm or trace of that name
├── AlreadyRunning      ALREADY_EXISTS       the request id is in use
├── Unsupported         UNIMPLEMENTED        this server, engine or model can't do it
├── Unmet               FAILED_PRECONDITION  the request is fine, the configuration behind it isn't
├── Overloaded          RESOURCE_EXHAUSTED   try again later
├── Unavailable         UNAVAILABLE          a service behind this one doesn't answer; try again
├── DeadlinePassed      DEADLINE_EXCEEDED    the time is up
├── Cancelled           CANCELLED            the caller left
└── Internal            INTERNAL             our fault; the message says nothing of the inside

A message says what was asked, what is possible and what to do next. Services raise these; the interceptor
turns them into statuses with details, and clients get the same classes back (`its_runtime.status`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from grpc import StatusCode


@dataclass(frozen=True, slots=True)
class Violation:
    """One field of a request that was refused."""

    field: str
    """Path of the field, such as `branches[0].num_sequences`."""
    message: str
    """What is wrong with it and what is allowed."""


class ItsError(Exception):
    """Base of all errors that callers are meant to see."""

    code: ClassVar[StatusCode] = StatusCode.UNKNOWN
    reason: ClassVar[str] = "UNKNOWN"
    """Machine-readable, stable; sent as `google.rpc.ErrorInfo.reason`."""

    def __init__(self, message: str, *, violations: Sequence[Violation] = (), retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.violations = tuple(violations)
        self.retry_after = retry_after
        """Seconds after which trying again makes sense; None where it doesn't."""


class InvalidRequest(ItsError):
    """The caller must change the request."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "INVALID_REQUEST"

    @classmethod
    def field(cls, name: str, message: str) -> "InvalidRequest":
        """Refuse one field by name."""
        return cls(f"{name}: {message}", violations=[Violation(name, message)])


class TooLong(InvalidRequest):
    """The model's context doesn't hold the prompt; agents shorten it and ask again."""

    reason = "CONTEXT_LENGTH_EXCEEDED"


class NotFound(ItsError):
    """Nothing of that name exists."""

    code = StatusCode.NOT_FOUND
    reason = "NOT_FOUND"


class AlreadyRunning(ItsError):
    """The request id is in use by a running call."""

    code = StatusCode.ALREADY_EXISTS
    reason = "ALREADY_RUNNING"


class Unsupported(ItsError):
    """This server, engine or model can't do what was asked."""

    code = StatusCode.UNIMPLEMENTED
    reason = "UNSUPPORTED"


class Unmet(ItsError):
    """The request is fine, but the configuration behind it isn't."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "UNMET"


class Overloaded(ItsError):
    """There is too much to do; the caller may try again later."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "OVERLOADED"


class Unavailable(ItsError):
    """A service behind this one doesn't answer; the caller may try again."""

    code = StatusCode.UNAVAILABLE
    reason = "UNAVAILABLE"


class DeadlinePassed(ItsError):
    """The time that the caller gave is up."""

    code = StatusCode.DEADLINE_EXCEEDED
    reason = "DEADLINE_PASSED"


class Cancelled(ItsError):
    """The caller left."""

    code = StatusCode.CANCELLED
    reason = "CANCELLED"


class Internal(ItsError):
    """Something is broken here; the log has the cause, the caller doesn't."""

    code = StatusCode.INTERNAL
    reason = "INTERNAL"


KINDS: tuple[type[ItsError], ...] = (
    InvalidRequest,
    NotFound,
    AlreadyRunning,
    Unsupported,
    Unmet,
    Overloaded,
    Unavailable,
    DeadlinePassed,
    Cancelled,
    Internal,
)
"""The class of each status."""
SPECIAL: tuple[type[ItsError], ...] = (TooLong,)
"""Those that share another's status, and are told apart by their reasons."""
