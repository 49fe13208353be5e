"""The reward models that a process serves, by name."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from its_reward.scorer import Mortal, Scorer
from its_reward.scorers import open_scorer
from its_reward.settings import Settings
from its_runtime.errors import NotFound


class Models:
    """Reward models that are loaded; the first one is the default."""

    def __init__(self, scorers: Mapping[str, Scorer]) -> None:
        self.by_name = scorers

    def find(self, name: str) -> tuple[str, Scorer]:
        """Return the reward model called `name` ("" for the default) with its name.

        Raises:
            NotFound: listing those that there are.
        """
        found = name or next(iter(self.by_name))
        if found not in self.by_name:
            raise NotFound(f"no reward model is called {name!r}; there are {', '.join(self.by_name)}")
        return found, self.by_name[found]

    async def check(self) -> None:
        """Raise Unavailable when an engine below can no longer answer."""
        for scorer in self.by_name.values():
            if isinstance(scorer, Mortal):
                await scorer.check()


@asynccontextmanager
async def open_models(settings: Settings) -> AsyncGenerator[Models, None]:
    """Load every reward model of the settings; leaving the block releases them."""
    async with AsyncExitStack() as stack:
        yield Models({name: await stack.enter_async_context(open_scorer(one)) for name, one in settings.models.items()})
