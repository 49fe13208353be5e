# ruff: noqa: INP001  (a script, copied alone into images)
"""Ask one process whether it is healthy: `probe.py HOST:PORT SERVICE` over gRPC, `probe.py URL` over HTTP.

Exit status 0 when it is. It goes into each image as the command of its health check, and needs only what a service has.
"""

import sys
import urllib.request

SECONDS = 3.0


def main(target: str, service: str = "") -> bool:
    """Return whether the process at `target` says that it is healthy."""
    return _http(target) if target.startswith("http://") else _grpc(target, service)


def _http(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310  (http:// only, by the caller)
            return answer.status == 200  # noqa: PLR2004
    except OSError:
        return False


def _grpc(address: str, service: str) -> bool:
    import grpc  # noqa: PLC0415  (the gateway is probed without it)
    from grpc_health.v1 import health_pb2, health_pb2_grpc  # noqa: PLC0415

    with grpc.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=SECONDS)
        except grpc.RpcError:
            return False
        return answer.status == health_pb2.HealthCheckResponse.SERVING


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
