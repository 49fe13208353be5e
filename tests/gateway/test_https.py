"""Clients are spoken to over HTTPS when there is a certificate, and a new one needs no restart."""

import ssl

import httpx
import pytest
from typer.testing import CliRunner

from its_cli.__main__ import app
from its_runtime.tls import Certificate


def written(folder):
    """Write certificates; return the gateway's, and what trusts it now."""
    assert CliRunner().invoke(app, ["certs", str(folder)]).exit_code == 0
    certificate = Certificate(certificate=folder / "gateway.crt", key=folder / "gateway.key")
    return certificate, ssl.create_default_context(cafile=folder / "authority.crt")


async def alive(url, trusting):
    async with httpx.AsyncClient(base_url=url.replace("http:", "https:"), verify=trusting) as http:
        return (await http.get("/health")).is_success


async def test_clients_that_trust_the_authority_are_answered(gateway, tmp_path):
    certificate, trusting = written(tmp_path)

    assert await alive(await gateway(https=certificate), trusting)


async def test_a_new_certificate_is_shown_without_a_restart(gateway, tmp_path):
    certificate, old = written(tmp_path)
    url = await gateway(https=certificate)
    for path in tmp_path.iterdir():
        path.unlink()
    _, new = written(tmp_path)

    assert await alive(url, new)
    with pytest.raises(httpx.ConnectError):
        await alive(url, old)


async def test_an_unusable_new_certificate_leaves_the_old_one_in_use(gateway, tmp_path):
    certificate, trusting = written(tmp_path)
    url = await gateway(https=certificate)
    certificate.key.write_text("half a k")

    assert await alive(url, trusting)
