"""A process of its that serves only health; the tests start, stop and break it."""

import asyncio
import logging
import sys

import structlog

from its_runtime.errors import Unmet
from its_runtime.process import run
from its_runtime.server import new_server, serving, stopped
from its_runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the process."""

    fail: bool = False
    load_forever: bool = False
    surprise: bool = False
    asks: bool = False


async def main(settings: Settings) -> None:
    if settings.fail:
        raise Unmet("the folder 'x' holds no model; name one with `models:`")
    if settings.load_forever:
        print("loading", file=sys.stderr, flush=True)
        await asyncio.Event().wait()
    if settings.surprise:
        log_a_surprise("what is in the vault?")
    if settings.asks:
        logging.getLogger("library").warning("it is %s", "late")
        logging.getLogger("httpx").info("HTTP Request: GET http://127.0.0.1:9/tool?query=vault")
    async with serving(new_server(settings), settings, "its.scripted.v1.Service"):
        await stopped()


def log_a_surprise(prompt: str) -> None:
    try:
        assert len(prompt) < 0, "too long"
    except AssertionError:
        structlog.get_logger("its.scripted").exception("surprised")


if __name__ == "__main__":
    run("scripted", Settings, main)
