"""The scorer `reward_hub` with the real package, compared with what the same weights say elsewhere."""

import pytest

from its_reward.aggregate import Aggregation
from its_reward.scorers.reward_hub import open_reward_hub
from its_reward.settings import RewardHubSettings
from its_reward.trajectory import Batch, Scored, TextPrompt, TextSteps, Trajectory
from its_runtime.config import ConfigError

PROMPT = TextPrompt("What is 2 + 3 * 4?")
STEPS = ("First we multiply: 3 * 4 = 12.\n\n", "Then we add: 2 + 12 = 14.\n\n", "\\boxed{14}")


def batch(*answers):
    return Batch(PROMPT, tuple(Trajectory(TextSteps(steps), complete=True) for steps in answers))


def expected(model, folder, steps):
    """The probability of the second class at each tag, from Transformers alone."""
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    system = "Please reason step by step, and put your final answer within \\boxed{}."
    answer = "".join(f"{step.strip()}<extra_0>" for step in steps)
    turns = {"system": system, "user": PROMPT.text, "assistant": answer}
    text = "".join(f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in turns.items())
    ids = torch.tensor([tokenizer.encode(text)])
    with torch.no_grad():
        classes = model(ids).last_hidden_state[0].softmax(-1)
    return classes[ids[0] == tokenizer.convert_tokens_to_ids("<extra_0>"), 1].tolist()


async def test_a_process_reward_model_scores_each_step(qwen_prm):
    name, model = qwen_prm
    async with open_reward_hub(RewardHubSettings(scorer="reward_hub", model=name)) as scorer:
        whole, partial = await scorer.score(batch(STEPS, STEPS[:1]))

    assert scorer.capabilities.kind == "process"
    assert scorer.capabilities.default_aggregation is Aggregation.LAST
    assert isinstance(whole, Scored)
    assert whole.step_values == pytest.approx(expected(model, name, STEPS), abs=1e-3)
    assert partial.step_values == pytest.approx(expected(model, name, STEPS[:1]), abs=1e-3)
    assert len(set(whole.step_values)) == 3


async def test_callers_side_by_side_get_what_they_get_alone(qwen_prm):
    name, _ = qwen_prm
    async with open_reward_hub(RewardHubSettings(scorer="reward_hub", model=name)) as scorer:
        (alone,) = await scorer.score(batch(STEPS))
        many = await scorer.score(batch(*[STEPS] * 6))

    assert {verdict.step_values for verdict in many} == {alone.step_values}


async def test_a_model_that_reward_hub_does_not_know_is_refused_with_those_it_does(qwen_prm):
    with pytest.raises(ConfigError, match="Math-PRM-7B"):
        async with open_reward_hub(RewardHubSettings(scorer="reward_hub", model="its-tiny-reward")):
            pass


async def test_a_way_of_loading_that_the_model_does_not_have_is_refused(qwen_prm):
    wrong = RewardHubSettings(scorer="reward_hub", model="internlm/internlm2-7b-reward", load_method="vllm")
    with pytest.raises(ConfigError, match="vllm"):
        async with open_reward_hub(wrong):
            pass
