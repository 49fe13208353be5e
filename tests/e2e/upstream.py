"""Servers that speak OpenAI's protocol, or send whoever asks elsewhere, and remember what they were told."""

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Say = Callable[[dict[str, Any], int], str]
"""What is said to a request's body, as one of its choices."""


def four(_body: dict[str, Any], _choice: int) -> str:
    """Say what most tests are content with."""
    return "The answer is \\boxed{4}"


class Upstream(ThreadingHTTPServer):
    """A server that streams what `say` says, or redirects to `elsewhere`."""

    def __init__(self, elsewhere: str = "", say: Say = four) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.say = say
        self.elsewhere = elsewhere
        self.keys: list[str] = []
        """The key of each request."""
        self.bodies: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Upstream
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.server.keys.append(self.headers.get("authorization", ""))
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.bodies.append(body)
        if self.server.elsewhere:
            self._send(307, b"", location=f"{self.server.elsewhere}/chat/completions")
        else:
            self._send(200, _stream([self.server.say(body, number) for number in range(body.get("n") or 1)]))

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-type": "text/event-stream", "content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _stream(said: list[str]) -> bytes:
    chunks = [_chunk([_choice(*one) for one in enumerate(said)]), _chunk([], usage=_USAGE)]
    return b"".join(b"data: %s\n\n" % json.dumps(chunk).encode() for chunk in chunks) + b"data: [DONE]\n\n"


def _choice(number: int, text: str) -> dict[str, object]:
    delta = {"role": "assistant", "content": text}
    return {"index": number, "delta": delta, "finish_reason": "stop"}


def _chunk(choices: list[dict[str, object]], **more: object) -> dict[str, object]:
    common = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "upstream-model"}
    return {**common, "choices": choices, **more}


_USAGE = {"prompt_tokens": 9, "completion_tokens": 8, "total_tokens": 17}


@contextmanager
def upstream(elsewhere: str = "", say: Say = four) -> Generator[Upstream, None, None]:
    """Serve one inside the block."""
    with Upstream(elsewhere, say) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
