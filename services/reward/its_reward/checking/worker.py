"""A process that checks what a model wrote: `python -m its_reward.checking.worker`.

It reads questions from standard input and writes answers to standard output, a line of JSON each. Whatever hangs,
recurses or eats memory here ends with the process, by the hand of `its_reward.checking.pool`.
"""

import contextlib
import json
import logging
import re
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

READY = b"ready\n"
MEMORY = 1 << 30
"""Most bytes of address space beyond what the libraries take."""


def main() -> None:
    """Answer questions until standard input ends."""
    logging.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which ends us when it is done
    checks = _checks()
    _limit_memory()
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()
    for line in sys.stdin:
        print(json.dumps(_answer(checks, json.loads(line))), flush=True)  # noqa: T201


def _answer(checks: dict[str, Callable[..., bool]], question: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"right": checks[question.pop("rule")](**question)}
    except (Exception, RecursionError) as error:  # noqa: BLE001  (any failure of a parser is an answer of ours)
        return {"failed": type(error).__name__}


def _checks() -> dict[str, Callable[..., bool]]:
    from jsonschema.validators import validator_for  # noqa: PLC0415  (only this process needs them)

    math: Any = import_module("math_verify")  # half typed

    def same_mathematics(answer: str, reference: str) -> bool:
        # Its own timeouts use signal.alarm, which some of the code that hangs never returns to.
        right, said = (math.parse(rf"\boxed{{{text}}}", parsing_timeout=None) for text in (reference, answer))
        return bool(said) and math.verify(right, said, timeout_seconds=None)

    def matches(text: str, pattern: str) -> bool:
        return re.search(pattern, text) is not None

    def accepted(text: str, schema: dict[str, Any]) -> bool:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return False
        return validator_for(schema)(schema).is_valid(document)  # pyright: ignore[reportUnknownMemberType]

    return {"math": same_mathematics, "regex": matches, "json_schema": accepted}


def _limit_memory() -> None:
    with contextlib.suppress(ImportError):  # not on Windows
        import resource  # noqa: PLC0415

        used = int(_status().get("VmSize", "0").split()[0]) << 10
        if used:
            resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))


def _status() -> dict[str, str]:
    with contextlib.suppress(OSError), open("/proc/self/status") as lines:  # noqa: PTH123
        return dict(line.rstrip().split(":\t", 1) for line in lines if ":\t" in line)
    return {}


if __name__ == "__main__":
    main()
