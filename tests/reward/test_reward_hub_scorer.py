"""reward-hub's models behind our interface: the real package's base classes, with models of a few lines."""

import asyncio
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from its.reward.v1 import reward_pb2 as pb
from its_models import model_folder
from its_reward.convert import to_batch
from its_reward.scorers.reward_hub import RewardHubScorer, open_reward_hub
from its_reward.settings import RewardHubSettings
from its_runtime.config import ConfigError

SETTINGS = RewardHubSettings(scorer="reward_hub", model="toy")


class Outcome:
    """Scores an answer by its length, as reward-hub's outcome models are called."""

    def __init__(self) -> None:
        self.threads = set[int]()
        self.at_once = threading.Lock()

    def score(self, messages: list[list[dict]]) -> list[float]:
        assert self.at_once.acquire(blocking=False)
        self.threads.add(threading.get_ident())
        self.at_once.release()
        return [float(len(conversation[-1]["content"])) for conversation in messages]


class Result:
    def __init__(self, step_scores: list[float]) -> None:
        self.step_scores = step_scores


class Process:
    """Scores each step by its length, cut as reward-hub's process models cut."""

    def score(self, messages, step_separator="\n\n", return_full_prm_result=False):
        assert return_full_prm_result
        return [Result([len(step) / 100 for step in said[-1]["content"].split(step_separator)]) for said in messages]


@pytest.fixture
def hub():
    with ThreadPoolExecutor(1) as thread:
        yield lambda model, process: RewardHubScorer(model, SETTINGS, thread, process=process)


async def test_an_outcome_model_gives_one_score_each_and_is_called_from_one_thread(hub, asking):
    model = Outcome()
    scorer = hub(model, False)
    batches = [to_batch(asking(("abc",), ("a", "b")), None)] * 4
    verdicts = await asyncio.gather(*(scorer.score(batch) for batch in batches))

    assert [[verdict.own for verdict in each] for each in verdicts] == [[3.0, 2.0]] * 4
    assert len(model.threads) == 1


async def test_a_process_model_gives_one_value_a_step_however_steps_are_delimited(hub, asking):
    scorer = hub(Process(), True)
    (verdict,) = await scorer.score(to_batch(asking(("one\n\n", "with\n\n\ninside\n\n", "end")), None))

    assert verdict.step_values == (0.03, 0.11, 0.03)
    assert "model" not in scorer.capabilities.aggregations


@pytest.mark.reward_hub
async def test_a_model_that_the_real_package_does_not_know_is_refused_with_those_it_does():
    pytest.importorskip("reward_hub")
    with pytest.raises(ConfigError, match=r"Qwen/Qwen2\.5-Math-PRM-7B"):
        async with open_reward_hub(SETTINGS):
            pass


@pytest.mark.reward_hub
def test_the_real_packages_classes_are_those_we_tell_apart():
    base = pytest.importorskip("reward_hub.base")

    assert base.AbstractProcessRewardModel is not base.AbstractOutcomeRewardModel
    assert base.PRMResult([0.5, 0.25]).step_scores == [0.5, 0.25]


@pytest.mark.reward_hub
@pytest.mark.filterwarnings("default")  # those of torch and transformers are not ours
async def test_the_real_package_scores_each_step_over_grpc(tmp_path, monkeypatch, serve, asking, steps):
    """AutoRM takes its models by name only; a folder of that name stands in for the one of eight billion weights."""
    pytest.importorskip("reward_hub")
    name = "RLHFlow/Llama3.1-8B-PRM-Deepseek-Data"
    shutil.copytree(model_folder("its-tiny-reward"), tmp_path / name)
    monkeypatch.chdir(tmp_path)
    async with serve(hub={"scorer": "reward_hub", "model": name}) as reward:
        whole, part = (await reward.Score(asking(steps, steps[:1]))).scores
        (served,) = (await reward.GetCapabilities(pb.GetCapabilitiesRequest())).models

    assert len(whole.step_values) == 3
    assert whole.value == whole.step_values[-1]
    assert part.step_values == whole.step_values[:1]
    assert (served.scorer, served.kind) == ("reward_hub", pb.REWARD_KIND_PROCESS)
