"""docker-compose.yml is valid, wires the services as their settings expect, and needs no GPU with the CPU profile."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from its_cli.configuration import Configuration
from its_cli.problems import problems

SECTIONS = ("generator", "reward", "orchestrator", "gateway")
Compose = dict[str, Any]


def test_it_is_valid(root: Path):
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, str(root / "docker-compose.yml")], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_misspelled_key_is_found(root: Path, tmp_path: Path):
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text((root / "docker-compose.yml").read_text().replace("dockerfile:", "dockerfil:"))
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]

    assert subprocess.run([*check, str(wrong)], capture_output=True, check=False).returncode == 1


def test_it_builds_from_dockerfiles_and_targets_that_exist(root: Path, compose: Compose):
    for service in compose["services"].values():
        dockerfile = (root / service["build"]["dockerfile"]).read_text()
        assert f" AS {service['build'].get('target', 'build')}\n" in dockerfile


def test_generator_and_reward_have_a_gpu_each(compose: Compose):
    gpus = {name: _gpus(service) for name, service in compose["services"].items() if _gpus(service)}

    assert gpus == {"generator": ["0"], "reward": ["1"]}


@pytest.mark.parametrize("profile", ["gpu", "cpu"])
def test_every_profile_has_the_four_services_under_their_names(compose: Compose, profile: str):
    assert sorted(_names(compose, profile)) == sorted(SECTIONS)


def test_plain_up_takes_the_gpu_profile(root: Path):
    assert "COMPOSE_PROFILES=gpu" in (root / ".env").read_text().splitlines()


@pytest.mark.parametrize("profile", ["gpu", "cpu"])
def test_addresses_agree_with_the_ports_that_the_services_listen_on(compose: Compose, profile: str):
    configuration, names = Configuration(), _names(compose, profile)
    for name, service in names.items():
        for variable, value in service.get("environment", {}).items():
            if variable.startswith("ITS_") and ":" in value:
                section, field = variable.removeprefix("ITS_").lower().split("_", 1)
                host, port = value.split(":")
                assert (section, host in names) == (name, True)
                assert field in type(getattr(configuration, section)).model_fields
                assert int(port) == getattr(configuration, host).port


def test_published_ports_are_those_of_the_defaults_and_stay_on_this_machine(compose: Compose):
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]

    assert published == [f"127.0.0.1:{port}:{port}" for port in (50051, 8108)]


@pytest.mark.parametrize("name", ["deploy/its.gpu.yaml", "examples/its.yaml"])
def test_configurations_that_ship_are_right(root: Path, name: str):
    assert problems(root / name) == []


def _names(compose: Compose, profile: str) -> dict[str, dict[str, Any]]:
    """Return the services of a profile under the names by which others reach them."""
    active = {
        name: service for name, service in compose["services"].items() if profile in service.get("profiles", [profile])
    }
    return {_alias(name, service): service for name, service in active.items()}


def _alias(name: str, service: dict[str, Any]) -> str:
    networks = service.get("networks", {"default": {}})
    return networks["default"].get("aliases", [name])[0]


def _gpus(service: dict[str, Any]) -> list[str]:
    devices = service.get("deploy", {}).get("resources", {}).get("reservations", {}).get("devices", [])
    return [gpu for device in devices for gpu in device["device_ids"]]
