"""Which settings open which scorer; a scorer's libraries are imported only where it is wanted."""

from contextlib import AbstractAsyncContextManager
from importlib import import_module

from its_reward.scorer import Scorer
from its_reward.settings import AnyScorerSettings


def open_scorer(settings: AnyScorerSettings) -> AbstractAsyncContextManager[Scorer]:
    """Load the reward model that `settings` describe; leaving the block releases it."""
    module = import_module(f"its_reward.scorers.{settings.scorer}")
    return getattr(module, f"open_{settings.scorer}")(settings)
