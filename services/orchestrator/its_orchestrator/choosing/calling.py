"""Answers that may call tools: a call is compared by what it calls, and not calling is an answer of its own."""

import json
from collections.abc import Callable, Sequence, Set
from typing import Literal

from its_orchestrator.choosing.equivalence import Equivalence, Left, Tell
from its_orchestrator.tool_calls import Call, spoken

Part = Literal["name", "arguments", "both"]
"""What of a call is compared."""

SAYING = "no call"
"""What all answers have in common that call nothing and have no final answer."""


class CallingEquivalence:
    """Compares the calls of `tools` that answers make, in order, and the final answers of those that make none.

    Where a call is `demanded`, nothing else is an answer. Arguments whose names are `excluded` make no difference.
    """

    def __init__(
        self,
        within: Equivalence,
        tools: Set[str],
        *,
        demanded: bool = False,
        part: Part = "both",
        excluded: Set[str] = frozenset(),
    ) -> None:
        self._within = within
        self._tools = tools
        self._demanded = demanded
        self._part: Part = part
        self._excluded = excluded

    def telling(self, tell: Tell, left: Left) -> "CallingEquivalence":
        return self._like(self._within.telling(tell, left), self._part, self._excluded)

    def comparing(self, part: Part, excluded: Set[str], within: Callable[[Equivalence], Equivalence]) -> Equivalence:
        """Return one that compares that part of a call, without the arguments of these names, and else as `within`."""
        return self._like(within(self._within), part, excluded)

    def extract(self, text: str) -> str | None:
        calls = spoken(text, self._tools).calls
        if calls:
            return "".join(f"<tool_call>{json.dumps(self._compared(call))}</tool_call>" for call in calls)
        if self._demanded or not text.strip():
            return None
        return self._within.extract(text) or SAYING

    async def groups(self, answers: Sequence[str]) -> list[list[int]]:
        return await self._within.groups(answers)

    def _like(self, within: Equivalence, part: Part, excluded: Set[str]) -> "CallingEquivalence":
        return CallingEquivalence(within, self._tools, demanded=self._demanded, part=part, excluded=excluded)

    def _compared(self, call: Call) -> dict[str, object]:
        arguments = {name: value for name, value in call.arguments.items() if name not in self._excluded}
        whole: dict[str, object] = {"name": call.name, "arguments": arguments}
        return whole if self._part == "both" else {self._part: whole[self._part]}
