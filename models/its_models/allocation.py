"""How the process gives back memory: not after every step of a model, which would ask for it again at once."""

import ctypes
import platform

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Options of glibc's mallopt."""

KEPT = 1 << 30
"""Bytes: blocks up to this size come from the heap, and as much of it may lie free."""


def keep_freed_memory() -> bool:
    """Let the C library keep what is freed for the next allocation; return whether it can.

    A forward pass makes new keys and values of tens of megabytes and frees the old ones. glibc returns blocks of that
    size to the kernel, which has to clear every page of the next: 40 % of the generator's CPU time at 64 sequences.
    The process stays as large as it has ever been. Nothing happens under another C library.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(M_MMAP_THRESHOLD, KEPT) and mallopt(M_TRIM_THRESHOLD, KEPT))
