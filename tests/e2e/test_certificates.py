"""Four real processes under mutual TLS: they answer each other and their clients, and nobody else."""

import ssl
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from typer.testing import CliRunner

from its_cli.__main__ import app

QUESTION = {"model": "its-tiny:best-of-n", "budget": 2, "messages": [{"role": "user", "content": "What is 3 + 4?"}]}
PROBE = Path(__file__).parents[2] / "deploy/probe.py"
PLACES = {"orchestrator": 0, "generator": 1, "reward": 2}


@pytest.fixture(scope="module")
def certified(started: Any, tmp_path_factory: Any) -> Generator[tuple[Any, Path], None, None]:
    """A system whose services have certificates, and the folder of these."""
    folder = tmp_path_factory.mktemp("certificates")
    written = CliRunner().invoke(app, ["certs", str(folder)])
    (folder / "its.yaml").write_text(written.stdout)
    with started("--config", str(folder / "its.yaml")) as up:
        up.until("its: ready")
        yield up, folder
        assert up.stop() == 0, up.output


def test_a_client_that_trusts_the_authority_is_answered_through_all_four(certified: Any):
    up, folder = certified
    trusting = ssl.create_default_context(cafile=folder / "authority.crt")
    with httpx.Client(base_url=up.url.replace("http:", "https:"), verify=trusting, trust_env=False) as http:
        answer = http.post("/v1/chat/completions", json=QUESTION, timeout=60)

    assert answer.status_code == 200, answer.text
    assert len(answer.json()["its"]["candidates"]) == 2


def test_a_client_that_speaks_plain_http_is_not_answered(certified: Any):
    up, _ = certified
    with httpx.Client(base_url=up.url, trust_env=False) as http, pytest.raises(httpx.TransportError):
        http.get("/health")


def test_a_question_is_asked_over_https_where_the_authority_is_named(certified: Any, monkeypatch: pytest.MonkeyPatch):
    up, folder = certified
    command = ["ask", "--url", up.url.replace("http:", "https:"), "--budget", "1", "What is 3 + 4?"]
    stranger = CliRunner().invoke(app, command)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.crt"))
    trusted = CliRunner().invoke(app, command)

    assert trusted.exit_code == 0, trusted.output
    assert stranger.exit_code != 0
    assert "SSL_CERT_FILE" in stranger.output


def test_algorithms_are_listed_by_who_shows_a_certificate(certified: Any):
    up, folder = certified
    command = ["algorithms", "--json", "--orchestrator", f"127.0.0.1:{up.base}"]
    listed = CliRunner().invoke(app, [*command, "--config", str(folder / "its.yaml")])

    assert "best-of-n" in listed.stdout, listed.output
    assert CliRunner().invoke(app, command).exit_code != 0


def test_probes_of_images_find_everybody_healthy_who_is(certified: Any):
    up, folder = certified
    shown = [str(folder / name) for name in ("generator.crt", "generator.key", "authority.crt")]
    target = [f"127.0.0.1:{up.base + PLACES['generator']}", "its.generator.v1.GeneratorService"]

    assert probed(*target, *shown)
    assert probed(up.url.replace("http:", "https:") + "/ready")
    assert not probed(*target)


@pytest.mark.parametrize("section", PLACES)
def test_a_service_answers_who_shows_a_certificate_of_the_authority(certified: Any, section: str):
    up, folder = certified

    assert serves(f"127.0.0.1:{up.base + PLACES[section]}", credentials(folder, "gateway"))


@pytest.mark.parametrize("section", PLACES)
def test_a_service_refuses_a_peer_without_tls(certified: Any, section: str):
    up, _ = certified
    with pytest.raises(grpc.RpcError, match="UNAVAILABLE"):
        serves(f"127.0.0.1:{up.base + PLACES[section]}", None)


@pytest.mark.parametrize("section", PLACES)
def test_a_service_refuses_a_stranger_s_certificate(certified: Any, section: str, tmp_path: Path):
    up, folder = certified
    CliRunner().invoke(app, ["certs", str(tmp_path)])
    stranger = credentials(tmp_path, "gateway", authority=folder)
    with pytest.raises(grpc.RpcError, match="UNAVAILABLE"):
        serves(f"127.0.0.1:{up.base + PLACES[section]}", stranger)


def probed(*asked: str) -> bool:
    """Run the probe that goes into images."""
    return subprocess.run([sys.executable, PROBE, *asked], check=False, timeout=60).returncode == 0


def credentials(folder: Path, name: str, authority: Path | None = None) -> grpc.ChannelCredentials:
    """Return what `name` of `folder` shows; it trusts the authority of that folder, or of another one."""
    files = ((authority or folder) / "authority.crt", folder / f"{name}.key", folder / f"{name}.crt")
    return grpc.ssl_channel_credentials(*(file.read_bytes() for file in files))


def serves(address: str, shown: grpc.ChannelCredentials | None) -> bool:
    """Ask for health; raise when there is no answer."""
    with grpc.secure_channel(address, shown) if shown else grpc.insecure_channel(address) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=20)
        return answer.status == health_pb2.HealthCheckResponse.SERVING
