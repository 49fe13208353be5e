"""A stand-in for any of the four processes: healthy at once, and nothing else. `stand_in.py NAME PORT [SERVICE]`."""

import asyncio
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from its_runtime.server import new_server, serving, stopped
from its_runtime.settings import ServiceSettings


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/ready" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


async def main(name: str, port: int, service: str = "") -> None:
    print(f"{name} starts", flush=True)
    if service:
        settings = ServiceSettings(port=port, grace_seconds=0)
        async with serving(new_server(settings), settings, service):
            await stopped()
    else:
        with ThreadingHTTPServer(("127.0.0.1", port), Ready) as server:
            threading.Thread(target=server.serve_forever, args=(0.01,)).start()
            await stopped()
            server.shutdown()
    print(f"{name} stops", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))
