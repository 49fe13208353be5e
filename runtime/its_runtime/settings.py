"""Settings of a process: its section of its.yaml, overridden by environment variables."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from its_runtime.tls import Tls

LogLevel = Literal["debug", "info", "warning", "error"]
Port = Annotated[int, Field(ge=0, le=65535)]


class ServiceSettings(BaseModel):
    """What every process has in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: Port = Field(default=0, description="Port to listen on; 0 takes a free one.")
    tls: Tls | None = Field(
        default=None, description="Certificates for gRPC: both sides show theirs. Absent, nothing is encrypted."
    )
    grace_seconds: float = Field(default=10.0, ge=0, description="How long running calls may go on after SIGTERM.")
    max_concurrent_calls: int = Field(default=0, ge=0, description="Calls at once; more are refused. 0: no limit.")
    metrics_port: Port | None = Field(
        default=None, description="Port of /metrics for Prometheus; 0 takes a free one. Absent: none."
    )
    otlp_endpoint: str | None = Field(
        default=None,
        pattern="^https?://",
        description="OpenTelemetry collector (OTLP over gRPC), such as http://127.0.0.1:4317. Absent: what "
        "OTEL_EXPORTER_OTLP_ENDPOINT says, or no traces.",
    )
    log_prompts: bool = Field(default=False, description="Write what is asked into the log: for debugging only.")
    log_level: LogLevel = Field(default="info", description="Least level that is logged.")
    log_format: Literal["text", "json"] = Field(default="text", description="How log lines are written.")
