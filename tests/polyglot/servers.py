"""Two small servers beside the gateway: a hosted model that calls tools, and a gateway that is busy once."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


class Hosted(BaseHTTPRequestHandler):
    """A model behind an OpenAI-compatible server: calls its tools, follows schemas, is filtered, or says 42."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for delta, reason in _said(body):
            self._chunk(choices=[{"index": 0, "delta": delta, "finish_reason": reason}])
        self._chunk(choices=[], usage={"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12})
        self.wfile.write(b"data: [DONE]\n\n")

    def _chunk(self, **fields: Any) -> None:
        common = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "hosted"}
        self.wfile.write(f"data: {json.dumps(common | fields)}\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _said(body: dict[str, Any]) -> list[tuple[dict[str, Any], str | None]]:
    if body.get("tools"):
        function = {"name": body["tools"][0]["function"]["name"], "arguments": '{"a": 40, '}
        rest = {"index": 0, "function": {"arguments": '"b": 2}'}}
        call = {"index": 0, "id": "up-1", "type": "function", "function": function}
        return [({"tool_calls": [call]}, None), ({"tool_calls": [rest]}, None), ({}, "tool_calls")]
    if "forbidden" in str(body["messages"]):
        return [({"content": "It is"}, None), ({}, "content_filter")]
    text = '{"value": 42}' if body.get("response_format") else "It is 42."
    return [({"content": text[:4]}, None), ({"content": text[4:]}, None), ({}, "stop")]


class BusyOnce(BaseHTTPRequestHandler):
    """Sends the first request away for a moment, and every other one to the gateway."""

    target: ClassVar[str] = ""
    busy: ClassVar[bool] = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        kind = type(self)
        first, kind.busy = kind.busy, False
        self.send_response(429 if first else 307)
        self.send_header(*("retry-after", "0") if first else ("location", f"{self.target}{self.path}"))
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Generator[str, None, None]:
    """Serve on a free port inside the block; yield the URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def busy_once(url: str) -> Generator[str, None, None]:
    """Yield the URL of a gateway that is busy once, in front of the one at `url`."""
    with serving(type("BusyOnceInFrontOf", (BusyOnce,), {"target": url})) as flaky:
        yield flaky
