"""Channels to other services, with options that were tested against dead, frozen and restarting peers."""

import json
from collections.abc import Sequence
from typing import Any

from grpc import aio

from its_runtime.tls import Tls, channel_credentials

_RETRIES: dict[str, Any] = {
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.05s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
    "retryThrottling": {"maxTokens": 20, "tokenRatio": 0.1},
    "loadBalancingConfig": [{"round_robin": {}}],
}
"""No timeouts here: those of a service config fire early and don't reach the server (grpc/grpc#34547)."""

OPTIONS: Sequence[tuple[str, Any]] = (
    ("grpc.service_config", json.dumps(_RETRIES)),
    ("grpc.enable_retries", 1),
    # Larger requests than the buffer are never retried, without a word; its default is 256 KiB.
    ("grpc.per_rpc_retry_buffer_size", 8 << 20),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    # This one notices a frozen peer; keepalive_timeout_ms alone does so after a minute.
    ("grpc.http2.ping_timeout_ms", 5_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.max_send_message_length", 64 << 20),
    ("grpc.dns_min_time_between_resolutions_ms", 5_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)


def open_channel(address: str, tls: Tls | None = None) -> aio.Channel:
    """Return a channel to `address` (host:port, or any gRPC target). Close it, or use it as a context manager.

    With `tls` both sides show certificates; without, nothing is encrypted. Retries happen on UNAVAILABLE and before
    the first message only. Give every call its own `timeout=`.
    """
    if tls is None:
        return aio.insecure_channel(address, options=OPTIONS)
    return aio.secure_channel(address, channel_credentials(tls), options=OPTIONS)
