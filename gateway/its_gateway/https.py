"""HTTPS: what clients are shown, read again when its files change."""

import ssl

import structlog

from its_runtime.tls import Certificate, changes

_log = structlog.get_logger("its.gateway")


def open_context(certificate: Certificate) -> ssl.SSLContext:
    """Return the context of a server that shows `certificate`.

    New files count from the next connection on. Unusable ones are passed over: what was read before stays.
    """
    current, changed = _load(certificate), changes(certificate)

    def renew(connection: ssl.SSLObject, _name: str | None, _first: ssl.SSLContext) -> None:
        nonlocal current
        if changed():
            try:
                current = _load(certificate)
            except OSError as error:  # ssl.SSLError is one
                _log.error("the new certificate is not usable, the old one stays", why=str(error))
        connection.context = current

    first = _load(certificate)
    first.sni_callback = renew  # asked at every handshake, also by clients that name no server
    return first


def _load(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context
