"""Log-probabilities of an answer's tokens, in the form of OpenAI's chat completions."""

from collections.abc import Iterable
from typing import Any

from its.orchestrator.v1.answer_pb2 import AnswerToken

LEAST = -9999.0
"""What OpenAI writes for tokens that are next to impossible, and JSON has no infinity."""


def content(tokens: Iterable[AnswerToken]) -> list[dict[str, Any]]:
    """Return one entry a token; their bytes, one after another, are those of the text that they make."""
    return [_token(token) for token in tokens]


def _token(token: AnswerToken) -> dict[str, Any]:
    alternatives = [_read(top.text, top.logprob) for top in token.top]
    return {**_read(token.text, token.logprob), "top_logprobs": alternatives}


def _read(text: bytes, logprob: float) -> dict[str, Any]:
    """Return a token; one that is no whole character is exact in its bytes alone."""
    return {"token": text.decode(errors="replace"), "bytes": list(text), "logprob": max(logprob, LEAST)}
