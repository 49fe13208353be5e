"""Which settings open which scorer."""

from contextlib import AbstractAsyncContextManager

from its_reward.scorer import Scorer
from its_reward.scorers.judge import open_judge
from its_reward.scorers.likelihood import open_likelihood
from its_reward.scorers.process import open_process
from its_reward.scorers.reward_hub import open_reward_hub
from its_reward.scorers.rules import open_rules
from its_reward.settings import AnyScorerSettings, JudgeSettings, LikelihoodSettings, ProcessSettings, RulesSettings


def open_scorer(settings: AnyScorerSettings) -> AbstractAsyncContextManager[Scorer]:
    """Load the reward model that `settings` describe; leaving the block releases it."""
    match settings:
        case LikelihoodSettings():
            return open_likelihood(settings)
        case ProcessSettings():
            return open_process(settings)
        case RulesSettings():
            return open_rules(settings)
        case JudgeSettings():
            return open_judge(settings)
        case _:
            return open_reward_hub(settings)
