"""An error survives the wire: class, message, fields and patience are the same on both sides."""

from collections.abc import Sequence

import pytest
from google.protobuf import any_pb2
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode, aio
from grpc_status import rpc_status
from hypothesis import given
from hypothesis import strategies as st

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
from its_runtime.status import LONGEST_RETRY, from_call, to_status

TRAILERS = 8192
"""Bytes of trailers that gRPC clients accept by default."""

words = st.text(max_size=100, alphabet=st.characters(exclude_categories=["Cs"]))
short = st.text(max_size=50, alphabet=st.characters(exclude_categories=["Cs"]))  # 200 bytes at most: never cut
anything = st.text(max_size=5000)


def over_the_wire(error: ItsError, service: str = "the reward service") -> ItsError:
    status = rpc_status.to_status(to_status(error))
    return from_call(aio.AioRpcError(status.code, aio.Metadata(), metadata(status), status.details), service)


def metadata(status: object) -> aio.Metadata:
    return aio.Metadata(*status.trailing_metadata)


def foreign(code: StatusCode, details: str, trailers: Sequence = ()) -> aio.AioRpcError:
    return aio.AioRpcError(code, aio.Metadata(), aio.Metadata(*trailers), details)


@given(
    kind=st.sampled_from([*KINDS, *SPECIAL]),
    message=words,
    violations=st.lists(st.builds(Violation, field=short, message=short), max_size=2),
    retry_after=st.none() | st.floats(0, LONGEST_RETRY),
)
def test_an_error_comes_out_as_it_went_in(kind, message, violations, retry_after):
    found = over_the_wire(kind(message, violations=violations, retry_after=retry_after))

    assert type(found) is kind
    assert found.message == message
    assert found.violations == tuple(violations)
    assert found.retry_after == (None if retry_after is None else pytest.approx(retry_after, abs=1e-8))


@given(
    kind=st.sampled_from(KINDS),
    message=anything,
    violations=st.lists(st.builds(Violation, field=anything, message=anything), max_size=20),
    retry_after=st.none() | st.floats(),
)
def test_no_error_is_too_large_or_too_odd_to_be_sent(kind, message, violations, retry_after):
    status = to_status(kind(message, violations=violations, retry_after=retry_after))
    percent_encoded = 3 * len(status.message.encode())
    in_base64 = 4 * status.ByteSize() / 3

    assert percent_encoded + in_base64 < TRAILERS


def test_a_long_list_of_violations_keeps_the_first_ones():
    violations = [Violation(f"field[{i}]", "is wrong") for i in range(1000)]
    found = over_the_wire(InvalidRequest("many", violations=violations))

    assert 20 < len(found.violations) < 1000
    assert found.violations == tuple(violations[: len(found.violations)])


def test_the_reason_is_there_for_machines():
    info = ErrorInfo()
    to_status(Unavailable("the engine restarts")).details[0].Unpack(info)

    assert (info.reason, info.domain) == ("UNAVAILABLE", "its")


@pytest.mark.parametrize("code", [StatusCode.UNKNOWN, StatusCode.INTERNAL, StatusCode.DATA_LOSS])
def test_what_a_foreign_server_says_of_its_inside_is_not_repeated(code):
    found = from_call(foreign(code, "KeyError: '/home/someone/secret'"), "the reward service")

    assert type(found) is Internal
    assert "secret" not in found.message
    assert f"the reward service answered {code.name}" in found.message


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (StatusCode.UNAVAILABLE, Unavailable),
        (StatusCode.ABORTED, Unavailable),
        (StatusCode.OUT_OF_RANGE, InvalidRequest),
        (StatusCode.UNAUTHENTICATED, Unmet),
        (StatusCode.PERMISSION_DENIED, Unmet),
    ],
)
def test_a_foreign_status_becomes_one_of_our_classes_and_names_the_service(code, kind):
    found = from_call(foreign(code, "connection refused"), "the generator")

    assert type(found) is kind
    assert found.message == f"the generator answered {code.name}: connection refused"


def test_a_deadline_that_passed_below_says_what_to_do():
    found = from_call(foreign(StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded"), "the generator")

    assert type(found) is DeadlinePassed
    assert "allow more" in found.message


@pytest.mark.parametrize("trailer", [b"\xff\xff", Status(code=3, message="another").SerializeToString()])
def test_trailers_that_contradict_the_status_are_ignored(trailer):
    found = from_call(foreign(StatusCode.UNAVAILABLE, "gone", [("grpc-status-details-bin", trailer)]), "the generator")

    assert type(found) is Unavailable
    assert "gone" in found.message


def test_details_of_other_kinds_are_passed_over():
    status = to_status(Unavailable("later", retry_after=2.0))
    status.details.insert(0, any_pb2.Any(type_url="type.googleapis.com/some.Other", value=b"x"))
    trailers = [("grpc-status-details-bin", status.SerializeToString())]

    assert from_call(foreign(StatusCode.UNAVAILABLE, "later", trailers), "the generator").retry_after == 2.0


def test_every_class_has_a_code_and_a_reason_of_its_own():
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    assert len({kind.reason for kind in KINDS}) == len(KINDS)
