"""Settings of the gateway: the section `gateway` of its.yaml."""

from ipaddress import ip_address
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from its_gateway.endpoints import Endpoint
from its_runtime.settings import Port, ServiceSettings
from its_runtime.tls import Certificate


class Settings(ServiceSettings):
    """How the gateway listens, whom it asks, and what it lets in."""

    port: Port = Field(default=8108, description="Port to listen on; 0 takes a free one.")
    workers: int = Field(
        default=1, ge=1, le=256, description="Processes that answer at the port; limits of keys hold over all of them."
    )
    https: Certificate | None = Field(
        default=None, description="What clients are shown; absent, they are spoken to over plain HTTP."
    )
    orchestrator: str = Field(default="127.0.0.1:50051", description="Address of the orchestrator.")
    request_seconds: float = Field(default=600.0, gt=0, description="How long one request may take.")
    status_seconds: float = Field(
        default=0.1, gt=0, description="How long a stream that has nothing to say yet may still become an HTTP error."
    )
    keep_alive_seconds: float = Field(
        default=10.0, gt=0, description="Silence of a stream after which a comment keeps its connection open."
    )
    receive_seconds: float = Field(
        default=60.0, gt=0, description="How long a request may take to come in, and a new connection to send one."
    )
    idle_seconds: float = Field(
        default=75.0, gt=0, description="How long a connection is kept open for another request of its client."
    )
    endpoints: dict[str, Endpoint] = Field(
        default={}, description="Upstream addresses that requests may name. None: a request that names one is refused."
    )
    max_body_bytes: int = Field(default=4 << 20, ge=1024, description="Largest body of a request.")
    max_header_bytes: int = Field(default=32 << 10, ge=1024, description="Most bytes of a request's headers.")
    max_messages: int = Field(default=2048, ge=1, description="Most messages of one conversation.")
    max_samples: int = Field(default=1000, ge=1, le=1000, description="Most samples that one request may ask for.")
    max_connections: int = Field(
        default=4096, ge=1, description="Connections at once; idle ones make room, requests beyond get 503."
    )
    max_concurrent_calls: int = Field(
        default=1024, ge=0, description="Requests at once; more are refused. 0: no limit."
    )
    keys: Path | None = Field(
        default=None, description="File of API keys, as `its keys` writes it. Absent: whoever can connect may ask."
    )
    reports: Path | None = Field(
        default=None,
        description="Folder of an evaluation, or of several, as `its eval --out` writes them: /ui draws their figures "
        "for every key. `its up` takes ./evals where nothing is said.",
    )
    open: bool = Field(
        default=False, description="Let everybody in who can connect, from other machines too, without a key."
    )

    @model_validator(mode="after")
    def has_keys_or_is_local(self) -> Self:
        """Refuse to be reachable from other machines without keys, unless that is wanted."""
        if not (self.keys or self.open or _is_local(self.host)):
            raise ValueError(_REACHABLE.format(self.host))
        return self


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_REACHABLE = (
    "other machines can reach {0!r}: name a file of `keys` (`its keys add NAME` makes one), listen on 127.0.0.1, "
    "or say `open: true` where something in front of the gateway asks for keys"
)
