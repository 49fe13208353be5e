"""A layout moves all four processes together, and each process reads what the layout tells it."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_cli.configuration import Configuration
from its_cli.layout import Address, Layout, based, configured, free, free_ports, moved
from its_cli.loading import load
from its_cli.part import PARTS


def sections(layout: Layout, path: Path | None = None) -> Configuration:
    """Return what the processes of `layout` will read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ITS_")}
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(kept):
            patch.delenv(name)
        for name, value in layout.environment.items():
            patch.setenv(name, value)
        return load(path)


def test_the_defaults_are_the_documented_ports():
    layout = configured(Configuration(), None)

    assert {section: address.port for section, address in layout.addresses.items()} == {
        "generator": 50052,
        "reward": 50053,
        "orchestrator": 50051,
        "gateway": 8108,
    }
    assert layout.url == "http://127.0.0.1:8108"


@given(st.integers(min_value=1, max_value=65532))
def test_a_port_base_gives_four_ports_in_a_row(base: int):
    assert based(base) == {"orchestrator": base, "generator": base + 1, "reward": base + 2, "gateway": base + 3}


def test_moved_processes_read_their_ports_and_their_peers():
    read = sections(moved(Configuration(), None, based(6000)))

    assert [getattr(read, part.section).port for part in PARTS] == [6001, 6002, 6000, 6003]
    assert (read.orchestrator.generator, read.orchestrator.reward) == ("127.0.0.1:6001", "127.0.0.1:6002")
    assert read.gateway.orchestrator == "127.0.0.1:6000"


def test_a_peer_that_is_not_named_follows_its_port(tmp_path: Path):
    path = _file(tmp_path, "generator: {port: 7001}")
    layout = configured(load(path), path)

    assert sections(layout, path).orchestrator.generator == "127.0.0.1:7001"


def test_a_peer_that_is_named_stays(tmp_path: Path):
    path = _file(tmp_path, "orchestrator: {generator: 'gpu-box:50052'}")
    layout = configured(load(path), path)

    assert sections(layout, path).orchestrator.generator == "gpu-box:50052"


def test_moving_points_even_a_named_peer_at_the_process_that_moved(tmp_path: Path):
    path = _file(tmp_path, "orchestrator: {generator: 'gpu-box:50052'}")
    layout = moved(load(path), path, based(6000))

    assert sections(layout, path).orchestrator.generator == "127.0.0.1:6001"


def test_port_zero_becomes_a_port_that_is_known(tmp_path: Path):
    path = _file(tmp_path, "reward: {port: 0}")

    assert configured(load(path), path).addresses["reward"].port > 0


def test_a_process_on_every_address_is_reached_on_this_machine(tmp_path: Path):
    path = _file(tmp_path, "gateway: {host: 0.0.0.0, open: true}")
    layout = configured(load(path), path)

    assert layout.addresses["gateway"] == Address("0.0.0.0", 8108)
    assert layout.url == "http://127.0.0.1:8108"


def test_free_ports_are_all_different():
    assert len(set(free_ports())) == len(PARTS)
    assert set(free()) == {part.section for part in PARTS}


def test_free_ports_are_none_that_outgoing_connections_take_while_a_process_starts():
    assert all(port < 32_768 for _ in range(50) for port in free_ports())


def test_every_process_gets_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    _file(tmp_path, "")
    commands: dict[str, Any] = configured(Configuration(), Path("its.yaml")).commands

    assert {command[-1] for command in commands.values()} == {str(tmp_path / "its.yaml")}


def _file(folder: Path, text: str) -> Path:
    path = folder / "its.yaml"
    path.write_text(text)
    return path
