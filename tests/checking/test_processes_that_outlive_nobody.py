"""The processes that check end with the one that started them, however it ends."""

import asyncio
import sys

import psutil

SERVICE = """
import asyncio
from its_checking.pool import open_pool

async def main():
    async with open_pool("regex", 1, 5) as pool:
        await pool.ask(text="b", pattern="b")
        print(pool._idle[0].pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_process_ends_when_its_parent_is_killed():
    command = (sys.executable, "-c", SERVICE)
    service = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert service.stdout
    worker = psutil.Process(int(await service.stdout.readline()))
    service.kill()
    await service.communicate()

    await asyncio.to_thread(psutil.wait_procs, [worker], timeout=20)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
