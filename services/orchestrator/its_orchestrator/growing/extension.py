"""The extension of candidates by a step, within the room that they have left."""

import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from its_orchestrator.candidate import Candidate, StopReason
from its_orchestrator.engines import StepPolicy
from its_orchestrator.growing.grower import Grower
from its_orchestrator.growing.growth import Growth
from its_orchestrator.question import Question
from its_orchestrator.terms import Terms


class Extension:
    """Has candidates grow; one without room ends where it stands, and costs nothing."""

    def __init__(self, grower: Grower, terms: Terms) -> None:
        self._grower = grower
        self._terms = terms

    async def of(
        self, candidates: Sequence[Candidate], question: Question, steps: StepPolicy, *, apart: bool = False
    ) -> AsyncGenerator[Candidate]:
        """Yield each of `candidates`, which answer `question`, one step longer. Closing it stops the others.

        `apart`, what a candidate draws depends on nothing but its own name.
        """
        growths = [Growth(one, self._room(one, steps), None, question, apart=apart) for one in candidates]
        full = [growth.start for growth in growths if growth.room == 0 or self._context_full(question, growth.start)]
        for candidate in full:
            yield replace(candidate, stop_reason=StopReason.LENGTH)
        rest = [growth for growth in growths if growth.start not in full] if full else growths
        async with aclosing(self._grower.grow(rest, steps, self._terms.logprobs)) as grown:
            async for candidate in grown:
                yield candidate

    def _room(self, candidate: Candidate, steps: StepPolicy) -> int | None:
        most = self._terms.sampling.max_tokens
        rooms = [steps.max_tokens or math.inf, math.inf if most is None else max(0, most - candidate.tokens)]
        return None if min(rooms) == math.inf else int(min(rooms))

    def _context_full(self, question: Question, candidate: Candidate) -> bool:
        prompt, most = self._grower.prompt_tokens(question), self._terms.model.max_context
        return bool(most and prompt) and prompt + len(candidate.token_ids) >= most
