"""Certificates between services: shown by both sides, demanded by servers, renewed without a restart."""

import pytest
from typer.testing import CliRunner

from its.reward.v1.reward_pb2_grpc import RewardServiceStub
from its_cli.__main__ import app
from its_runtime.calls import response
from its_runtime.channel import open_channel
from its_runtime.errors import Unavailable
from its_runtime.tls import Tls


def written(folder, *more):
    """Write certificates with `its certs`; return those of the reward service."""
    assert CliRunner().invoke(app, ["certs", str(folder), *more]).exit_code == 0
    return Tls(certificate=folder / "reward.crt", key=folder / "reward.key", authority=folder / "authority.crt")


async def answered(port, tls, batch):
    async with open_channel(f"127.0.0.1:{port}", tls) as channel:
        return await response(RewardServiceStub(channel).Score(batch, timeout=10), "reward")


async def test_both_sides_show_certificates_of_one_authority(serve, batch, tmp_path):
    tls = written(tmp_path)
    async with serve(tls=tls) as service:
        await answered(service.port, tls, batch)


async def test_a_channel_refuses_a_server_of_another_authority(serve, batch, tmp_path):
    ours, theirs = written(tmp_path / "ours"), written(tmp_path / "theirs")
    async with serve(tls=ours) as service:
        with pytest.raises(Unavailable):
            await answered(service.port, theirs, batch)


async def test_new_certificates_count_from_the_next_connection_on(serve, batch, tmp_path):
    tls = written(tmp_path)
    async with serve(tls=tls) as service:
        await answered(service.port, tls, batch)
        replaced(tmp_path)

        await answered(service.port, written(tmp_path), batch)


async def test_unusable_new_certificates_leave_the_old_ones_in_use(serve, batch, tmp_path):
    tls, kept = written(tmp_path / "served"), written(tmp_path / "served")
    kept_files = {path: path.read_bytes() for path in kept.files}
    async with serve(tls=tls) as service:
        (tmp_path / "served" / "reward.key").write_text("half a k")
        for path, content in kept_files.items():
            (tmp_path / path.name).write_bytes(content)
        shown = Tls(**{name: tmp_path / getattr(tls, name).name for name in Tls.model_fields})

        await answered(service.port, shown, batch)


def replaced(folder):
    """Take the authority away, so that the next one is another."""
    for path in folder.iterdir():
        path.unlink()
