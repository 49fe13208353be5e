"""Forms that the embedded engine enforces: which tokens may follow, so that a text keeps to its schema or expression.

The automata are llguidance's (https://github.com/guidance-ai/llguidance), as behind vLLM. JSON is written without
spaces between its parts: a small model that may write any white space writes nothing else. Of a schema that says more
than can be enforced, the rest is enforced; whoever asked checks the whole.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from llguidance import LLMatcher, LLTokenizer
from numpy.typing import NDArray

from its_generator.backend import Branch, Form, Job, StructuredOutput
from its_models.decoder import Floats
from its_models.tokenizer import Tokenizer
from its_runtime.errors import InvalidRequest

ENFORCED: frozenset[Form] = frozenset({"json_schema", "json_object", "regex"})


class Guide:
    """Keeps one sequence to its form."""

    def __init__(self, matcher: LLMatcher, ends: Collection[int]) -> None:
        self._matcher = matcher
        self._ends = ends
        self._is_over = False

    def bend(self, logits: Floats) -> None:
        """Let no token of one row of logits be drawn, in place, that the form doesn't allow next.

        What the form demands counts more than a least length: a text that is whole ends.
        """
        if self._is_over:  # a row that ended may still take part in the batch
            return
        allowed = self._allowed(len(logits))
        if np.isneginf(logits[allowed]).all():
            logits[allowed] = 0
        logits[~allowed] = -np.inf

    def took(self, token: int) -> None:
        """Take note of the token that was drawn."""
        if token in self._ends:
            self._is_over = True
        elif not self._is_over:
            self._matcher.consume_token(token)

    def _allowed(self, vocabulary: int) -> NDArray[np.bool_]:
        bits = np.frombuffer(self._matcher.compute_bitmask(), np.uint8)
        return np.unpackbits(bits, count=vocabulary, bitorder="little").view(np.bool_)


@dataclass(frozen=True, slots=True)
class Guides:
    """Those of one job: a form that has read each branch's prefix."""

    matchers: Mapping[Branch, LLMatcher]
    ends: Collection[int]

    def of(self, branch: Branch) -> Guide:
        """Return a guide for a sequence that continues `branch`."""
        return Guide(self.matchers[branch].deep_copy(), self.ends)


class Forms:
    """Makes guides for one model."""

    def __init__(self, tokenizer: Tokenizer, vocabulary_size: int) -> None:
        self._tokenizer = tokenizer
        self._vocabulary_size = vocabulary_size

    def guides(self, job: Job, form: StructuredOutput) -> Guides:
        """Return guides for the job's form.

        Raises InvalidRequest for a form that makes no sense, and for a prefix that doesn't begin it. Takes
        milliseconds, for a large schema a second.
        """
        matcher = LLMatcher(self._known, _GRAMMARS[form.form](form.definition), log_level=0)
        if matcher.is_error():
            raise InvalidRequest.field(f"structured_output.{form.form}", _first_line(matcher.get_error()))
        matchers = {branch: self._begun(matcher, place, branch) for place, branch in enumerate(job.branches)}
        return Guides(matchers, self._tokenizer.eos_ids)

    @cached_property
    def _known(self) -> LLTokenizer:
        """The vocabulary as the automata know it: a second of work for a large one, once somebody wants a form."""
        ends = sorted(self._tokenizer.eos_ids)
        return LLTokenizer(self._tokenizer.to_json(), n_vocab=self._vocabulary_size, eos_token=ends)

    def _begun(self, matcher: LLMatcher, place: int, branch: Branch) -> LLMatcher:
        begun, prefix = matcher.deep_copy(), branch.prefix
        ids = self._tokenizer.encode(prefix) if isinstance(prefix, str) else list(prefix)
        if begun.try_consume_tokens(ids) < len(ids):
            raise InvalidRequest.field(
                f"branches[{place}]", "no text of the form begins with its prefix; leave one out"
            )
        return begun


def _json(schema: str) -> str:
    return LLMatcher.grammar_from_json_schema(schema, defaults={"whitespace_flexible": False, "lenient": True})


def _object(_: str) -> str:
    return _json(json.dumps({"type": "object"}))


def _first_line(error: str) -> str:
    return error.strip().partition("\n")[0]


_GRAMMARS: Mapping[Form, Callable[[str], str]] = {
    "json_schema": _json,
    "json_object": _object,
    "regex": LLMatcher.grammar_from_regex,
}
