"""How components fail: as a configuration that can't be built, or because nothing succeeded."""

from collections.abc import Sequence

from its_orchestrator.components.references import Where
from its_runtime.errors import ItsError, Unmet, Violation


def misconfigured(where: Where, message: str) -> Unmet:
    """Return the error of an entry of its.yaml that can't be built; `where` is its place, from the section on."""
    path = ".".join(map(str, where))
    return Unmet(f"{path}: {message}", violations=[Violation(path, message)])


def none_succeeded(what: str, errors: Sequence[ItsError]) -> ItsError:
    """Return the error of work of which every part failed: every cause, as an error of the first one's kind."""
    causes = list(dict.fromkeys(one.message for one in errors))
    kind = type(errors[0]) if errors else Unmet
    return kind(f"{what}: {'; '.join(causes) if causes else 'there was nothing to do'}")
