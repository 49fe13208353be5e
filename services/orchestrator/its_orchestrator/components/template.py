"""Templates: texts of a configuration with `{variables}`, checked when it is read."""

from dataclasses import dataclass
from string import Formatter
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True)
class Template:
    """Marks a text as a template of exactly these variables; doubled braces stand for themselves."""

    variables: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def _checked(self, text: str) -> str:
        found = placeholders(text)
        wrong = [f"unknown variable {{{name}}}" for name in sorted(found - set(self.variables))]
        wrong += [f"missing variable {{{name}}}" for name in self.variables if name not in found]
        if wrong:
            known = ", ".join(f"{{{name}}}" for name in self.variables)
            raise ValueError(f"{'; '.join(wrong)}; the template has {known}, and {{{{ and }}}} for braces")
        return text


def variables(*names: str) -> Template:
    """Return the mark of a template with these variables."""
    return Template(names)


def placeholders(text: str) -> set[str]:
    """Return the variables of a template. Raises ValueError where braces don't match or are more than a name."""
    found: set[str] = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(f"{{{name}}} is no variable; write {{{{ and }}}} for braces")
        found.add(name)
    return found


def filled(template: str, **values: str) -> str:
    """Return the template with its variables filled in; what is filled in is never read as a template."""
    return template.format_map(values)
