"""`python -m its_reward`: serves, and stops when it is told to."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE

from its.reward.v1.reward_pb2_grpc import RewardServiceStub
from its_runtime.channel import open_channel

CONFIG = """
reward:
  models:
    tiny: {scorer: likelihood, folder: its-tiny-reward}
    pattern: {scorer: rules, rule: regex, pattern: ^(a+)+$, seconds: 2}
"""


async def test_the_process_serves_until_it_is_told_to_stop(tmp_path, asking, steps):
    (tmp_path / "its.yaml").write_text(CONFIG)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "its_reward", "--config", tmp_path / "its.yaml"),
        env={**os.environ, "ITS_REWARD_PORT": "0"},
        stderr=PIPE,
    )
    address = None
    while not address:
        address = re.search(rb"127\.0\.0\.1:\d+", await process.stderr.readline())
    async with open_channel(address[0].decode()) as channel:
        reward = RewardServiceStub(channel)
        likely = (await reward.Score(asking(steps), timeout=60)).scores
        texts = [("aaa",), ("a" * 60 + "b",), ("b",)]
        right, late, wrong = (await reward.Score(asking(*texts, model="pattern"), timeout=60)).scores
    process.send_signal(signal.SIGTERM)
    await process.communicate()

    assert likely[0].HasField("value")
    assert (right.value, wrong.value) == (1.0, 0.0)
    assert late.HasField("failure")
    assert process.returncode == 0
