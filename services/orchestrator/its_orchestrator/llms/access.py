"""How an endpoint is reached."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Access:
    """Where an endpoint is, and the key that goes there and nowhere else."""

    url: str
    key: str = field(repr=False)
    azure_version: str = ""
    """Version of Azure's protocol; empty for OpenAI's own."""
