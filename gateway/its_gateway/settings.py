"""Settings of the gateway: the section `gateway` of its.yaml."""

from pydantic import Field

from its_runtime.settings import Port, ServiceSettings
from its_runtime.tls import Certificate


class Settings(ServiceSettings):
    """How the gateway listens, whom it asks, and what it lets in."""

    port: Port = Field(default=8108, description="Port to listen on; 0 takes a free one.")
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
    max_body_bytes: int = Field(default=4 << 20, ge=1024, description="Largest body of a request.")
