"""A process that checks what a model wrote: `python -m its_checking.worker RULE SECONDS`.

The seconds are CPU time, so that a machine that has much else to do comes to the same verdicts. It reads questions from
standard input and writes answers to standard output, a line of JSON each. Every text gets a child process of its own:
whatever hangs, recurses or eats memory ends with the child, and nothing is imported twice.
"""

import contextlib
import gc
import json
import logging
import os
import re
import select
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

from its_checking.outcome import BROKEN, LATE

Check = Callable[..., bool]

MEMORY = 1 << 30
"""Most bytes of address space beyond what the libraries take."""
TYPICAL = (
    r"x+3",
    r"\frac{1}{2}+\sqrt{x}",
    r"2\sqrt{3}",
    r"\frac{-3\sqrt{2}+1}{2x^{2}-y_1}",
    r"(0,1]\cup[2,\infty)",
    r"\{1,2,\pi\}",
    r"\sin(x)+\cos^2(x)-\log_2(8)e^{x}",
    r"x\le 5",
    r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
    r"(1,2)",
    r"3!+\binom{4}{2}",
    r"|x|\cdot 2\times 3/4",
)
"""Formulas whose comparison builds, once for all children, what the parser builds when it first meets their kind: a
pair takes 10 to 60 ms of CPU after them, and 120 to 330 ms without."""
PATIENCE = 10.0
"""Wall seconds for each second of CPU time, for a child that neither works nor ends."""


def main(rule: str, seconds: float) -> None:
    """Answer questions of one rule until standard input ends."""
    logging.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which ends us when it is done
    check = CHECKS[rule]()
    gc.collect()
    gc.freeze()  # so that no child copies what it only looks at
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        print(json.dumps(_in_child(check, json.loads(line), seconds)), flush=True)  # noqa: T201


def _in_child(check: Check, question: dict[str, Any], seconds: float) -> bool | str:
    """Return whether the text is right, or why nobody knows."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            _limit_memory()
            signal.setitimer(signal.ITIMER_PROF, seconds)  # nobody catches its signal, so that it ends the child
            os.write(writing, b"1" if check(**question) else b"0")
        finally:
            os._exit(0)
    os.close(writing)
    ready, _, _ = select.select([reading], [], [], PATIENCE * seconds)
    if not ready:
        os.kill(child, signal.SIGKILL)
    answer = os.read(reading, 1) if ready else b""
    os.close(reading)
    _, status = os.waitpid(child, 0)
    return answer == b"1" if answer else (LATE if _was_late(status) else BROKEN)


def _was_late(status: int) -> bool:
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGPROF, signal.SIGKILL}


def _math() -> Check:
    math: Any = import_module("math_verify")  # half typed

    def same(answer: str, reference: str) -> bool:
        # Its own timeouts use signal.alarm, which some of the code that hangs never returns to.
        right, said = (math.parse(rf"\boxed{{{text}}}", parsing_timeout=None) for text in (reference, answer))
        return bool(said) and math.verify(right, said, timeout_seconds=None)

    for one, other in pairwise(TYPICAL):
        same(one, other)
        same(other, f"{other}+0")
    return same


def _regex() -> Check:
    def matches(text: str, pattern: str) -> bool:
        return re.search(pattern, text) is not None

    return matches


def _json_schema() -> Check:
    from jsonschema.validators import validator_for  # noqa: PLC0415  (only this rule needs it)

    def accepted(text: str, schema: dict[str, Any]) -> bool:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return False
        return validator_for(schema)(schema).is_valid(document)  # pyright: ignore[reportUnknownMemberType]

    return accepted


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, OSError):  # where there is no such limit, or no /proc to base it on
        import resource  # noqa: PLC0415

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


CHECKS: dict[str, Callable[[], Check]] = {"math": _math, "regex": _regex, "json_schema": _json_schema}

if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
