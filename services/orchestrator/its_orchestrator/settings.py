"""Settings of the orchestrator: the section `orchestrator` of its.yaml."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from its_orchestrator.profiles import Profile
from its_orchestrator.storing.settings import TraceSettings, remembered
from its_runtime.settings import Port, ServiceSettings


class Settings(ServiceSettings):
    """Where the services behind are, and the profiles that requests choose from."""

    port: Port = Field(default=50051, description="Port to listen on; 0 takes a free one.")
    generator: str = Field(default="127.0.0.1:50052", min_length=1, description="Address of the generator.")
    reward: str = Field(default="127.0.0.1:50053", min_length=1, description="Address of the reward service.")
    profiles: dict[str, Profile] = Field(
        default={}, description="Names that requests choose as their model; the first one is the default."
    )
    state: Path | None = Field(
        default=None,
        description="File that keeps the profiles made by Configure, for one process. Absent: a restart forgets them.",
    )
    calls: int = Field(default=256, ge=1, description="Most calls at once to each service behind; more wait.")
    generate_seconds: float = Field(default=600.0, gt=0, description="Longest that one Generate call may take.")
    score_seconds: float = Field(default=120.0, gt=0, description="Longest that one Score call may take.")
    check_workers: int = Field(
        default=2, ge=1, le=64, description="Most processes that compare formulas by algebra; started when needed."
    )
    check_seconds: float = Field(
        default=2.0, gt=0, le=60, description="CPU time for one comparison, after which the two count as different."
    )
    traces: Annotated[
        TraceSettings, BeforeValidator(remembered, json_schema_input_type=bool | int | str | TraceSettings)
    ] = Field(
        default=TraceSettings(),
        description="What of runs is kept, and where: so many in memory, or stored where a URL says, or both.",
    )
    capabilities_seconds: float = Field(
        default=10.0, ge=0, description="How long what the services behind can do is believed without asking again."
    )
