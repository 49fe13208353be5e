"""`python -m its_reward`: serves, and stops when it is told to."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE

from its.reward.v1.reward_pb2_grpc import RewardServiceStub
from its_runtime.channel import open_channel


async def test_the_process_serves_until_it_is_told_to_stop(asking, steps):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "its_reward", env={**os.environ, "ITS_REWARD_PORT": "0"}, stderr=PIPE
    )
    address = None
    while not address:
        address = re.search(rb"127\.0\.0\.1:\d+", await process.stderr.readline())
    async with open_channel(address[0].decode()) as channel:
        response = await RewardServiceStub(channel).Score(asking(steps), timeout=60)
    process.send_signal(signal.SIGTERM)
    await process.communicate()

    assert response.scores[0].HasField("value")
    assert process.returncode == 0
