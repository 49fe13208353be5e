"""Arguments of a function, found by a language model in plain words."""

import json
import re
from dataclasses import dataclass
from typing import Any

from its_orchestrator.components.function import Function
from its_orchestrator.components.llm import LLM
from its_orchestrator.components.template import filled
from its_orchestrator.functions._json import as_json
from its_orchestrator.functions._prompts import ARGUMENTS_AGAIN
from its_orchestrator.prompt import Conversation, Message
from its_runtime.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Arguments:
    """Finds the arguments of one function."""

    llm: LLM
    function: Function
    description: str
    template: str

    async def found(self, task: str) -> Any:  # noqa: ANN401  (any function's input, as JSON)
        """Return the arguments that `task` names. Raises InvalidRequest where it names too few, asked twice."""
        schema = self.function.input_schema
        asked = filled(
            self.template,
            function_description=self.description,
            input_schema=json.dumps(schema),
            output_schema=json.dumps(self.function.output_schema),
            task_description=task,
        )
        llm = self.llm.bind(temperature=0.0)
        question = Message("user", (asked,))
        said = (await llm.ainvoke(Conversation((question,)))).text
        try:
            return self._read(said)
        except InvalidRequest as error:
            if _missing(said) is not None:
                raise
            again = Message("user", (filled(ARGUMENTS_AGAIN, error=error.message),))
            messages = [question, *([Message("assistant", (said,))] if said else []), again]
        return self._read((await llm.ainvoke(Conversation(tuple(messages)))).text)

    def _read(self, said: str) -> Any:  # noqa: ANN401
        missing = _missing(said)
        if missing is not None:
            raise InvalidRequest(f"Not enough information to call {self.function.name!r}: {missing or 'say more'}")
        value = said if self.function.info.input_type is str else as_json(said)
        self.function.parsed(value)
        return value


def _missing(said: str) -> str | None:
    """Return what a model says is missing; None where it doesn't say so."""
    found = _TOO_LITTLE.match(said)
    return found.group(1).strip() if found else None


_TOO_LITTLE = re.compile(r"\W*not enough information\W*(.*)", re.IGNORECASE | re.DOTALL)
