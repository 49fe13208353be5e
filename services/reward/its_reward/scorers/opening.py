"""Which settings open which scorer."""

from contextlib import AbstractAsyncContextManager

from its_reward.scorer import Scorer
from its_reward.scorers.likelihood import open_likelihood
from its_reward.scorers.process import open_process
from its_reward.settings import AnyScorerSettings, LikelihoodSettings, ProcessSettings


def open_scorer(settings: AnyScorerSettings) -> AbstractAsyncContextManager[Scorer]:
    """Load the reward model that `settings` describe; leaving the block releases it."""
    match settings:
        case LikelihoodSettings():
            return open_likelihood(settings)
        case ProcessSettings():
            return open_process(settings)
        case _:
            raise NotImplementedError
