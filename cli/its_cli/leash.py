"""A leash: makes this process die with the one that started it, then becomes the command it is given.

Run as a file, `python -I -S leash.py PARENT_PID COMMAND…`. The kernel sends SIGKILL when the parent is gone, however
it went (prctl(2), PR_SET_PDEATHSIG; it survives execve). Linux only: elsewhere only a parent that ends in order
takes its children with it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Put the leash on and become `command`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have gone before the leash was on.
    if os.getppid() != parent:
        sys.exit("the process that started this one is gone")
    os.execv(command[0], command)  # noqa: S606  (the command is our caller's own)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
