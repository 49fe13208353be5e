"""An agent: asks a language model what to do next, has tools do it, and tells what came of it, until it knows."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from its_orchestrator.components.function import Function
from its_orchestrator.components.llm import LLM
from its_orchestrator.components.template import filled
from its_orchestrator.functions import _prompts
from its_orchestrator.functions._json import as_json
from its_orchestrator.functions._tool_use import ToolUse
from its_orchestrator.prompt import Conversation, Message
from its_runtime.errors import InvalidRequest, Unmet

Decision = str | list[ToolUse]
"""A final answer, or the tools to use."""
_FINAL = re.compile(r"^[\s*#>]*FINAL(?: ANSWER)?[\s*]*:[\s*]*(\S.*)", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_USES: TypeAdapter[list[ToolUse]] = TypeAdapter(list[ToolUse])


@dataclass(frozen=True, slots=True)
class Agent:
    """What stays the same in all questions of a run."""

    llm: LLM
    orchestrator: Function
    tools: str
    """Their names and descriptions."""
    iterations: tuple[int, int]
    """How often tools are used, at least and at most."""
    retries: int
    history: int

    async def answer(self, question: str) -> str:
        """Return the final answer. Raises Unmet when the model gives none, and whatever asking it raises."""
        least, most = self.iterations
        past: list[tuple[Message, Message]] = []
        for used in range(most):
            said, decision = await self._decided(question, past, may_end=used >= least)
            if isinstance(decision, str):
                return decision
            past.append((Message("assistant", (said,)), Message("user", (await self._used(decision),))))
        return await self._last(question, past)

    async def _decided(
        self, question: str, past: Sequence[tuple[Message, Message]], *, may_end: bool
    ) -> tuple[str, Decision]:
        """Return what the model says and what it means; what can't be understood is asked for again."""
        messages, error = self._messages(question, past), ""
        for _ in range(self.retries + 1):
            said = (await self.llm.ainvoke(Conversation(tuple(messages)))).text
            try:
                return said, self._read(said, may_end=may_end)
            except InvalidRequest as unreadable:
                error = unreadable.message
            again = Message("user", (filled(_prompts.AGENT_AGAIN, error=error),))
            messages = [*messages, *([Message("assistant", (said,))] if said else []), again]
        raise Unmet(f"LLM {self.llm.name!r} neither uses tools nor answers, asked {self.retries + 1} times: {error}")

    async def _used(self, uses: list[ToolUse]) -> str:
        done: list[ToolUse] = await self.orchestrator.ainvoke(uses)
        told: list[dict[str, Any]] = [_told(self.orchestrator.plain(one)) for one in done]
        return f"What the tools returned:\n{json.dumps(told, ensure_ascii=False)}"

    async def _last(self, question: str, past: Sequence[tuple[Message, Message]]) -> str:
        messages = [*self._messages(question, past), Message("user", (_prompts.AGENT_AT_LAST,))]
        said = (await self.llm.ainvoke(Conversation(tuple(messages)))).text
        found = _FINAL.search(said)
        if not found:
            raise Unmet(f"LLM {self.llm.name!r} gave no final answer after {self.iterations[1]} iterations; allow more")
        return found.group(1).strip()

    def _messages(self, question: str, past: Sequence[tuple[Message, Message]]) -> list[Message]:
        rules = Message("system", (filled(_prompts.AGENT, tools=self.tools),))
        remembered = [message for turn in past[-self.history :] for message in turn]
        return [rules, Message("user", (question,)), *remembered]

    def _read(self, said: str, *, may_end: bool) -> Decision:
        if found := _FINAL.search(said):
            if may_end:
                return found.group(1).strip()
            raise InvalidRequest(_prompts.AGENT_NOT_YET)
        value = as_json(said)
        try:
            uses = _USES.validate_python(value if isinstance(value, list) else [value])
        except ValidationError as error:
            first = error.errors()[0]
            raise InvalidRequest(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        if not uses:
            raise InvalidRequest("the array names no tool")
        return uses


def _told(use: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in use.items() if value is not None and name != "motivation"}
