"""`its keys`: who may ask a gateway, and how much."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from its_cli.exits import REFUSED, Failed, explained
from its_gateway import keys as file_of_keys
from its_gateway.keys import MOST, Key, KeysError

app = typer.Typer(no_args_is_help=True, help="Add, list and revoke the keys that a gateway lets in.")

DEFAULT = Path("its.keys.json")
Name = Annotated[str, typer.Argument(help="What you call the key's holder.")]
File = Annotated[Path, typer.Option("--file", help="The file of keys: `gateway: {keys: FILE}` in its.yaml.")]
Requests = Annotated[
    int | None,
    typer.Option(min=1, max=MOST, help="Over all workers; what is refused as wrong doesn't count. Absent: any number."),
]
Tokens = Annotated[
    int | None,
    typer.Option(min=1, max=MOST, help="Of prompts and completions, as `usage` has them. Absent: any number."),
]
Searches = Annotated[int | None, typer.Option(min=1, max=MOST, help="Requests at once. Absent: any number.")]
Models = Annotated[str, typer.Option(help="Models, profiles and <either>:<algorithm>, with commas. Absent: all.")]
Priority = Annotated[int, typer.Option(min=1, max=100, help="Its share where several wait, beside theirs.")]
Admin = Annotated[bool, typer.Option("--admin", help="Let it change what the gateway serves, too.")]


@app.command()
def add(
    name: Name,
    requests_per_minute: Requests = None,
    concurrent: Searches = None,
    tokens_per_minute: Tokens = None,
    models: Models = "",
    priority: Priority = 1,
    admin: Admin = False,
    file: File = DEFAULT,
) -> None:
    """Add a key and print it, this once: the file holds a hash of it. A running gateway knows it at once.

    Exit status: 0 added; 2 there is one of that name, or the file can't be used.
    """
    token = file_of_keys.new_token()
    key = Key(
        sha256=file_of_keys.digest(token),
        admin=admin,
        requests_per_minute=requests_per_minute,
        concurrent=concurrent,
        tokens_per_minute=tokens_per_minute,
        models=tuple(filter(None, (model.strip() for model in models.split(",")))),
        priority=priority,
    )

    def put(known: dict[str, Key]) -> None:
        if name in known:
            raise KeysError(f"there is a key of {name!r} in {file}; revoke it first, or choose another name")
        known[name] = key

    _change(file, put)
    typer.echo(token)
    Console(stderr=True).print(f"{name}: its key, which is shown only now; {file} holds a hash of it", markup=False)


@app.command("list")
def list_(file: File = DEFAULT) -> None:
    """Print whose keys there are and what they may do."""
    with explained():
        try:
            known = file_of_keys.read(file)
        except KeysError as error:
            raise Failed(str(error), REFUSED) from error
    table = Table("name", "tenant", "requests/min", "at once", "tokens/min", "priority", "models", box=None)
    for name, key in known.items():
        limits = (key.requests_per_minute, key.concurrent, key.tokens_per_minute)
        allowed = ", ".join(key.models) or "all"
        shown = [str(limit or "any") for limit in limits]
        table.add_row(name, key.id, *shown, str(key.priority), f"{allowed}; administrator" if key.admin else allowed)
    Console(highlight=False).print(table)


@app.command()
def revoke(name: Name, file: File = DEFAULT) -> None:
    """Take a key away; a running gateway lets it in no more.

    Exit status: 0 revoked; 2 there is none of that name, or the file can't be used.
    """

    def take(known: dict[str, Key]) -> None:
        if name not in known:
            raise KeysError(f"there is no key of {name!r} in {file}; there are {', '.join(known) or 'none'}")
        del known[name]

    _change(file, take)
    Console(stderr=True).print(f"{name}: revoked", markup=False)


def _change(file: Path, how: file_of_keys.Change) -> None:
    with explained():
        try:
            file_of_keys.change(file, how)
        except KeysError as error:
            raise Failed(str(error), REFUSED) from error
