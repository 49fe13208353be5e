"""What an answer of one run has to be: of the form that was asked for, or a call of a tool, where one is demanded."""

from functools import cached_property

from its_orchestrator.terms import Terms
from its_orchestrator.tool_calls import Offered, demanded, offered, spoken


class Fitting:
    """Tells which answers are what was asked for."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._demands = demanded(terms.prompt)

    @property
    def late(self) -> bool:
        """Whether nobody knows before an answer's end if it is what was asked for."""
        return self._demands or (self._terms.form is not None and self._terms.structured_output is None)

    def why_not(self, text: str) -> str | None:
        """Return why `text` isn't what was asked for; None when it is, or nothing was. A call has a form of its own."""
        form = self._terms.form
        if (form is None and not self._demands) or spoken(text, self._tools).calls:
            return None
        return "it calls no tool that it was to call" if self._demands else form and form.why_not(text)

    @cached_property
    def _tools(self) -> Offered:
        return offered(self._terms.prompt)
