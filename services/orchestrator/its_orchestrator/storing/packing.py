"""How databases keep a run: its message in the contract's words, compressed."""

import zlib

from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse

LATEST = (2**62, "")
"""A place that stands after that of every run, as a database compares it."""


def packed(trace: GetTraceResponse) -> bytes:
    """Return a run as few bytes."""
    return zlib.compress(trace.SerializeToString(), level=1)


def unpacked(content: bytes) -> GetTraceResponse:
    """Return the run that was packed."""
    return GetTraceResponse.FromString(zlib.decompress(content))
