"""A layout: where the four processes listen, and what tells them so."""

import random
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from its_cli.configuration import Configuration
from its_cli.part import GATEWAY, PARTS, Part
from its_runtime.settings import ServiceSettings
from its_runtime.tls import Tls

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  (not bound, only recognised)
"""Where to reach a process that listens on every address."""
LOCAL = "127.0.0.1"
LISTENING = range(10_000, 32_768)
"""Ports that no outgoing connection takes by itself while a process that is to listen on one still loads its model."""


class Address(NamedTuple):
    """Where one process listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def reachable(self) -> "Address":
        """The address to call from this machine."""
        return Address(ANYWHERE.get(self.host, self.host), self.port)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the four processes listen, and the commands and environment that make them do so."""

    addresses: dict[str, Address]
    """By section."""
    commands: dict[str, tuple[str, ...]]
    """By section."""
    environment: dict[str, str]
    grace_seconds: float
    """How long a process gets to finish what it is doing."""
    tls: dict[str, Tls] = field(default_factory=dict[str, Tls])
    """What the services show each other, by section; those that aren't in it encrypt nothing."""
    scheme: str = "http"
    """What the gateway speaks."""

    def address(self, part: Part) -> Address:
        """Return where `part` is reached from this machine."""
        return self.addresses[part.section].reachable

    @property
    def url(self) -> str:
        """The gateway's address, as a URL without a path."""
        return f"{self.scheme}://{self.address(GATEWAY)}"


def configured(configuration: Configuration, path: Path | None) -> Layout:
    """Return the layout that its.yaml asks for; a port 0 becomes a free one."""
    free = iter(free_ports())
    ports = {part.section: _settings(configuration, part).port or next(free) for part in PARTS}
    return _layout(configuration, path, ports, moved=False)


def moved(configuration: Configuration, path: Path | None, ports: dict[str, int]) -> Layout:
    """Return the layout of its.yaml on other `ports`; orchestrator and gateway are pointed at them."""
    return _layout(configuration, path, ports, moved=True)


def based(port_base: int) -> dict[str, int]:
    """Return four ports in a row: orchestrator, generator, reward, gateway."""
    return {part.section: port_base + part.place for part in PARTS}


def free() -> dict[str, int]:
    """Return four ports that nobody listens on."""
    return dict(zip((part.section for part in PARTS), free_ports(), strict=True))


def free_ports() -> list[int]:
    """Return as many free ports as there are processes, all different."""
    with ExitStack() as sockets:
        free = (port for port in random.sample(LISTENING, len(LISTENING)) if _is_free(port, sockets))
        return list(islice(free, len(PARTS)))


def _is_free(port: int, sockets: ExitStack) -> bool:
    """Take a port, until `sockets` are closed."""
    try:
        sockets.enter_context(socket.socket()).bind((LOCAL, port))
    except OSError:
        return False
    return True


def _settings(configuration: Configuration, part: Part) -> ServiceSettings:
    return getattr(configuration, part.section)


def _layout(configuration: Configuration, path: Path | None, ports: dict[str, int], *, moved: bool) -> Layout:
    settings = {part.section: _settings(configuration, part) for part in PARTS}
    hosts = {section: one.host for section, one in settings.items()}
    addresses = {section: Address(hosts[section], port) for section, port in ports.items()}
    return Layout(
        addresses=addresses,
        commands={part.section: _command(part, path) for part in PARTS},
        environment=_ports(ports) | _wires(configuration, addresses, moved=moved),
        grace_seconds=max(one.grace_seconds for one in settings.values()) + 2,
        tls={section: one.tls for section, one in settings.items() if one.tls},
        scheme="https" if configuration.gateway.https else "http",
    )


def _command(part: Part, path: Path | None) -> tuple[str, ...]:
    return (sys.executable, "-m", part.module, *(("--config", str(path.resolve())) if path else ()))


def _ports(ports: dict[str, int]) -> dict[str, str]:
    return {f"ITS_{section}_PORT".upper(): str(port) for section, port in ports.items()}


def _wires(configuration: Configuration, addresses: dict[str, Address], *, moved: bool) -> dict[str, str]:
    """Point a process at its peer, unless its.yaml names another one and nothing was moved."""
    wires = (("orchestrator", "generator"), ("orchestrator", "reward"), ("gateway", "orchestrator"))
    return {
        f"ITS_{section}_{peer}".upper(): str(addresses[peer].reachable)
        for section, peer in wires
        if moved or peer not in getattr(configuration, section).model_fields_set
    }
