"""Where an MCP server is."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from its_runtime.masking import bare


class MCPServerConfig(BaseModel):
    """Where an MCP server is: a program that is started, or an address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    transport: Literal["stdio", "streamable-http"] = Field(description="How it is spoken to.")
    command: str | None = Field(default=None, description="The program, for stdio.")
    args: list[str] = Field(default=[], description="Its arguments.")
    env: dict[str, SecretStr] = Field(default={}, description="Its environment variables, beside a few basic ones.")
    url: Annotated[str, AfterValidator(bare)] | None = Field(
        default=None, description="The address, for streamable-http."
    )
    headers: dict[str, SecretStr] = Field(default={}, description="Sent to that address and nowhere else.")

    @model_validator(mode="after")
    def has_what_its_transport_takes(self) -> "MCPServerConfig":
        """Refuse what is missing, and what the transport doesn't take."""
        needed, other = ("command", ("url", "headers")) if self.transport == "stdio" else ("url", ("command", "args"))
        if getattr(self, needed) is None:
            raise ValueError(f"transport {self.transport} needs a {needed}")
        if wrong := [name for name in other if getattr(self, name)]:
            raise ValueError(f"transport {self.transport} takes no {wrong[0]}")
        return self
