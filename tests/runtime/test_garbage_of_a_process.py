"""Collections of garbage leave alone what a process made to start."""

import subprocess
import sys

PROGRAM = """
import asyncio, gc
from its_runtime.server import LOOKS, stopped

async def main():
    waiting = asyncio.create_task(stopped())
    await asyncio.sleep(0)
    print(gc.get_freeze_count() > len(gc.get_objects()), gc.get_threshold() == LOOKS)
    waiting.cancel()

asyncio.run(main())
"""


def test_a_process_that_has_started_looks_for_garbage_among_what_came_since():
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert told.stdout.split() == ["True", "True"]
