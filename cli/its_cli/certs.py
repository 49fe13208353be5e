"""`its certs`: a development authority, and a certificate of it for each service."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from its_cli.exits import REFUSED, Failed, explained
from its_cli.part import PARTS

Folder = Annotated[Path, typer.Argument(help="Where the files are written; made when it isn't there.", file_okay=False)]
Hosts = Annotated[
    list[str] | None,
    typer.Option("--host", help="A further name or address that services are reached at; may be given again."),
]
Days = Annotated[int, typer.Option(min=1, max=3650, help="How long the certificates are good for.")]


def certs(folder: Folder, host: Hosts = None, days: Days = 365) -> None:
    """Write an authority, and a certificate and key for each service, into FOLDER; print what its.yaml needs.

    They are for development: whoever reads authority.key can pretend to be any service. An authority that is in the
    folder already goes on: the services get new certificates, which running ones take up by themselves. Certificates
    are good for localhost, the service's own name, and each --host.

    Exit status: 0 written; 2 the folder's authority can't be read.
    """
    with explained():
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder, tuple(host or ()), days)
        Console(highlight=False, soft_wrap=True).print(_yaml(folder.resolve()), markup=False)


def _write(folder: Path, hosts: tuple[str, ...], days: int) -> None:
    # The library takes a moment to load, which other commands needn't wait for.
    from its_cli.authority import LOCAL, founded, issued, opened  # noqa: PLC0415

    if (folder / "authority.key").exists():
        try:
            authority = opened(folder, "authority")
        except (OSError, ValueError) as error:
            raise Failed(f"{folder}/authority.key can't be used: {error}; name another folder", REFUSED) from error
    else:
        authority = founded(days)
        authority.save(folder, "authority")
    for part in PARTS:
        issued(authority, part.section, (*LOCAL, part.section, *hosts), days).save(folder, part.section)


def _yaml(folder: Path) -> str:
    sections = [f"{part.section}:\n  tls: {_mapping(folder, part.section)}" for part in PARTS]
    return "\n".join([*sections, f"  https: {_mapping(folder, 'gateway', authority=False)}"])


def _mapping(folder: Path, name: str, *, authority: bool = True) -> str:
    last = f", authority: {folder}/authority.crt" if authority else ""
    return f"{{certificate: {folder}/{name}.crt, key: {folder}/{name}.key{last}}}"
