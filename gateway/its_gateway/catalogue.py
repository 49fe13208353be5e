"""What requests can choose as their model, as the orchestrator lists it."""

from dataclasses import dataclass

from its_gateway.errors import ApiError
from its_gateway.orchestrator import Orchestrator


@dataclass(frozen=True, slots=True)
class Choice:
    """What a request chose."""

    model: str
    """A profile or a model."""
    algorithm: str
    """Empty for the profile's."""


class Catalogue:
    """The names that exist. It remembers algorithms, which live as long as the orchestrator does."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator
        self._algorithms: frozenset[str] = frozenset()

    async def choose(self, model: str, algorithm: str) -> Choice:
        """Return what `model` and `algorithm` of a request mean together.

        `model` may be `<model>:<algorithm>`; where what follows the last colon is no algorithm, it belongs to the
        model's name. Raises ApiError for an unknown `algorithm`, and when both name one and they differ.
        """
        name, _, suffix = model.rpartition(":")
        if not name or not await self._is_algorithm(suffix):
            return Choice(model, await self._known(algorithm))
        if algorithm and algorithm != suffix:
            raise _refused(f"{algorithm!r} contradicts the model {model!r}; send one of them")
        return Choice(name, suffix)

    async def _known(self, algorithm: str) -> str:
        if algorithm and not await self._is_algorithm(algorithm):
            raise _refused(f"there is no {algorithm!r}; there are {', '.join(sorted(self._algorithms))}")
        return algorithm

    async def _is_algorithm(self, name: str) -> bool:
        if name not in self._algorithms:
            self._algorithms = frozenset([algorithm.name for algorithm in await self._orchestrator.algorithms()])
        return name in self._algorithms


def _refused(why: str) -> ApiError:
    return ApiError(400, f"algorithm: {why}", param="algorithm", code="invalid_value")
