"""Callers share batches, prefixes are read once, and those who leave cost nothing."""

import asyncio

from its.reward.v1 import reward_pb2 as pb
from its_models import model_folder
from its_models.tokenizer import Tokenizer
from its_reward.convert import to_batch
from its_reward.engine import Passage
from its_reward.trajectory import Scored

TOKENIZER = Tokenizer.open(model_folder("its-tiny-reward"))


def computed(usage: pb.Usage) -> int:
    return usage.prompt_tokens - usage.cached_prompt_tokens


async def test_callers_that_wait_together_share_a_forward_pass(models, engine, asking, steps):
    scorer = models.by_name["its-tiny-reward"]
    batches = [to_batch(asking((f"{n}", *steps), prompt=f"Question {n}?"), None) for n in range(12)]
    verdicts = await asyncio.gather(*(scorer.score(batch) for batch in batches))

    assert (engine.work.passages, engine.work.forwards) == (12, 1)
    assert all(isinstance(verdict, Scored) for (verdict,) in verdicts)


async def test_a_next_step_computes_only_its_own_tokens(reward, engine, asking, steps):
    await reward.Score(asking(steps[:2], complete=False))
    before = engine.work.tokens
    request = asking(steps, complete=False)
    request.trajectories[0].known_step_values.extend([0.5, 0.5])
    usage = (await reward.Score(request)).usage

    the_last_token_before = 1
    assert computed(usage) == len(TOKENIZER.encode(steps[2])) + the_last_token_before
    assert engine.work.tokens - before == computed(usage)


async def test_forks_share_the_prefix_that_they_have_in_common(reward, engine, asking, steps):
    await reward.Score(asking(steps[:1], complete=False))
    forks = asking(*[(steps[0], f"So {n}.\n\n") for n in range(4)], complete=False)
    for trajectory in forks.trajectories:
        trajectory.known_step_values.append(0.5)
    before = engine.work.tokens
    await reward.Score(forks)

    assert engine.work.tokens - before == sum(len(TOKENIZER.encode(f"So {n}.\n\n")) + 1 for n in range(4))


async def test_a_new_prompt_is_read_once_for_all_its_trajectories(reward, engine, asking, steps):
    alone = (await reward.Score(asking(steps))).usage
    before = engine.work.tokens
    many = asking(*[(f"{n}.\n\n", *steps) for n in range(8)], prompt="Another prompt of quite some length, said once.")
    usage = (await reward.Score(many)).usage

    assert engine.work.tokens - before == computed(usage)
    assert usage.cached_prompt_tokens > 0
    assert computed(usage) < 8 * alone.prompt_tokens


async def test_the_same_trajectory_is_read_once(reward, engine, asking, steps):
    response = await reward.Score(asking(*[steps] * 16))

    assert engine.work.passages == 1
    assert len({score.value for score in response.scores}) == 1
    assert computed(response.usage) == engine.work.tokens


async def test_known_steps_that_are_all_there_cost_nothing(reward, engine, asking, steps):
    request = asking(steps)
    request.trajectories[0].known_step_values.extend([0.5, 0.25, 0.75])
    response = await reward.Score(request)

    assert (response.scores[0].value, engine.work.tokens) == (0.25, 0)
    assert response.usage == pb.Usage()


async def test_a_passage_whose_caller_left_is_never_computed(engine):
    stays, leaves = (
        asyncio.ensure_future(engine.likelihood(Passage((1, 2, last), (2, 3), 2, keep=True))) for last in (3, 4)
    )
    await asyncio.sleep(0)
    assert len(engine._waiting) == 2
    leaves.cancel()
    await stays

    assert engine.work.passages == 1


async def test_a_cancelled_call_stops_the_engines_work(reward, engine, asking, steps):
    large = reward.Score(asking(*[(f"{n}", *steps * 3) for n in range(1000)], prompt="Many?"))
    await reward.Score(asking(steps, prompt="Was the large call begun? It was sent before."))
    large.cancel()
    await reward.Score(asking(steps, prompt="Is it over?"))

    assert engine.work.passages < 1000


async def test_one_passage_is_not_stuck_behind_a_thousand(reward, engine, asking, steps):
    large = reward.Score(asking(*[(f"{n}", *steps * 3) for n in range(500)], prompt="Many?"))
    await reward.Score(asking(steps, prompt="Just one?"))

    assert not large.done()
    assert engine.work.passages < 500
    large.cancel()
