"""TLS: certificates in files, shown by servers and channels, read again when the files change."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import grpc
from pydantic import BaseModel, ConfigDict, Field, FilePath


class Certificate(BaseModel):
    """Who a server says that it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    certificate: FilePath = Field(description="PEM file: the certificate, and those between it and its authority.")
    key: FilePath = Field(description="PEM file: its private key.")

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that this was read from."""
        return (self.certificate, self.key)


class Tls(Certificate):
    """Who a service says that it is, to callers and to those it calls, and whom it believes."""

    authority: FilePath = Field(description="PEM file: the authority that signs every service's certificate.")

    @property
    def files(self) -> tuple[Path, ...]:
        return (*super().files, self.authority)


def server_credentials(tls: Tls) -> grpc.ServerCredentials:
    """Return what a server shows; it demands of its callers a certificate of the authority.

    New files count from the next connection on. Unusable ones are passed over: what was read before stays.
    """
    renewed = changes(tls)

    def fetch() -> grpc.ServerCertificateConfiguration | None:
        return _configuration(tls) if renewed() else None

    # The stubs don't know that None stands for no news.
    fetcher = cast("Callable[[], grpc.ServerCertificateConfiguration]", fetch)
    return grpc.dynamic_ssl_server_credentials(_configuration(tls), fetcher, require_client_authentication=True)


def channel_credentials(tls: Tls) -> grpc.ChannelCredentials:
    """Return what a channel shows; it speaks only to servers with a certificate of the authority for their name."""
    return grpc.ssl_channel_credentials(tls.authority.read_bytes(), tls.key.read_bytes(), tls.certificate.read_bytes())


def changes(certificate: Certificate) -> Callable[[], bool]:
    """Return a function that tells whether the files were written since it, or this one, was called last."""
    seen = _stamps(certificate)

    def changed() -> bool:
        nonlocal seen
        before, seen = seen, _stamps(certificate)
        return seen != before

    return changed


def _stamps(certificate: Certificate) -> tuple[int, ...]:
    return tuple(path.stat().st_mtime_ns for path in certificate.files if path.exists())


def _configuration(tls: Tls) -> grpc.ServerCertificateConfiguration:
    pair = (tls.key.read_bytes(), tls.certificate.read_bytes())
    return grpc.ssl_server_certificate_configuration([pair], tls.authority.read_bytes())
