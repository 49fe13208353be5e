"""Memory of running processes, as the system tells it."""

import re
from collections.abc import Iterable
from pathlib import Path

RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)


def resident_bytes(pids: Iterable[int]) -> int | None:
    """Return the resident memory of the processes together; None where the system has no /proc (not Linux)."""
    try:
        return sum(_resident(pid) for pid in pids)
    except OSError:
        return None


def _resident(pid: int) -> int:
    found = RESIDENT.search(Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else 0
