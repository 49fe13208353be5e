# ruff: noqa: INP001  (a script, copied alone into images)
"""Ask one process whether it is healthy: `probe.py HOST:PORT SERVICE` over gRPC, `probe.py URL` over HTTP or HTTPS.

A service under mutual TLS is shown a certificate: `probe.py HOST:PORT SERVICE CERTIFICATE KEY AUTHORITY`, three files.
Exit status 0 when it is. It goes into each image as the command of its health check, and needs only what a service has.
"""

import ssl
import sys
import urllib.request
from pathlib import Path

SECONDS = 3.0


def main(target: str, service: str = "", *shown: str) -> bool:
    """Return whether the process at `target` says that it is healthy."""
    return _http(target) if target.startswith(("http://", "https://")) else _grpc(target, service, shown)


def _http(url: str) -> bool:
    # Whatever certificate it shows: it is a process of this machine, and is told nothing.
    whoever = ssl._create_unverified_context()  # noqa: S323, SLF001
    try:
        with urllib.request.urlopen(url, timeout=SECONDS, context=whoever) as answer:  # noqa: S310  (by the caller)
            return answer.status == 200  # noqa: PLR2004
    except OSError:
        return False


def _grpc(address: str, service: str, shown: tuple[str, ...]) -> bool:
    import grpc  # noqa: PLC0415  (the gateway is probed without it)
    from grpc_health.v1 import health_pb2, health_pb2_grpc  # noqa: PLC0415

    certificate, key, authority = (Path(file).read_bytes() for file in shown) if shown else (None, None, None)
    credentials = grpc.ssl_channel_credentials(authority, key, certificate)
    with grpc.secure_channel(address, credentials) if shown else grpc.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=SECONDS)
        except grpc.RpcError:
            return False
        return answer.status == health_pb2.HealthCheckResponse.SERVING


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
