"""Stand-ins: four processes that are healthy and nothing else, and a gateway that answers as a test has scripted it."""

import json
import sys
import threading
from collections.abc import Callable, Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from its_cli.layout import Address, Layout, free
from its_cli.part import PARTS, Part

STAND_IN = Path(__file__).parent / "stand_in.py"
Json = dict[str, Any]


class ScriptedGateway(ThreadingHTTPServer):
    """Answers every question with what `reply` returns: a status and a body, or events for a stream."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Json] = []
        self.headers: dict[str, str] = {}
        self.reply: Callable[[Json], tuple[int, Json | list[Json]]] = lambda asked: (200, completion("fine"))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: ScriptedGateway

    def do_GET(self) -> None:
        self._send(200, {"object": "list", "data": [_model("first"), _model("second")]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(asked)
        self._send(*self.server.reply(asked))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _send(self, status: int, body: Json | list[Json]) -> None:
        stream = isinstance(body, list)
        text = "".join(f"data: {json.dumps(event)}\n\n" for event in body) if stream else json.dumps(body)
        self.send_response(status)
        self.send_header("content-type", "text/event-stream" if stream else "application/json")
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())


@pytest.fixture
def scripted() -> Generator[ScriptedGateway, None, None]:
    with ScriptedGateway() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(name="completion")
def _completion() -> Callable[..., Json]:
    return completion


def completion(text: str, tokens: int = 3, **its: object) -> Json:
    """Return a chat completion that says `text`."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": tokens, "total_tokens": 1 + tokens}
    common = {"id": "c", "object": "chat.completion", "created": 0, "model": "first"}
    return {**common, "choices": [choice], "usage": usage, "its": its}


def _model(name: str) -> Json:
    return {"id": name, "object": "model", "created": 0, "owned_by": "its"}


@pytest.fixture
def layout() -> Layout:
    addresses = {section: Address("127.0.0.1", port) for section, port in free().items()}
    commands = {part.section: _stand_in(part, addresses) for part in PARTS}
    return Layout(addresses, commands, {}, grace_seconds=30)


def _stand_in(part: Part, addresses: dict[str, Address]) -> tuple[str, ...]:
    return (
        sys.executable,
        str(STAND_IN),
        part.section,
        str(addresses[part.section].port),
        *filter(None, [part.service]),
    )
