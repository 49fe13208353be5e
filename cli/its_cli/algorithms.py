"""`its algorithms`: every algorithm with its parameters, as it is installed here or as a service lists it."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from its.orchestrator.v1.listing_pb2 import AlgorithmInfo, Need
from its.orchestrator.v1.orchestrator_pb2 import ListAlgorithmsRequest
from its.orchestrator.v1.orchestrator_pb2_grpc import OrchestratorServiceStub
from its_cli.catalogue import catalogue
from its_cli.exits import UNREACHABLE, Failed, explained
from its_cli.loading import load
from its_runtime.calls import response
from its_runtime.channel import open_channel
from its_runtime.errors import DeadlinePassed, Unavailable
from its_runtime.tls import Tls

SECONDS = 5.0
"""A listing reads memory; one that takes longer has a dead peer."""
NEEDS = {Need.Value(name): name.removeprefix("NEED_").lower().replace("_", "-") for name in Need.keys()}  # noqa: SIM118

Address = Annotated[
    str | None,
    typer.Option("--orchestrator", help="A running orchestrator (host:port); default: what is installed here."),
]
Json = Annotated[bool, typer.Option("--json", help="Print a JSON list, each algorithm with its parameters' schema.")]


Config = Annotated[
    Path | None,
    typer.Option(help="its.yaml, for the certificate that is shown to the orchestrator.", dir_okay=False),
]


def algorithms(orchestrator: Address = None, *, json: Json = False, config: Config = None) -> None:
    """List every algorithm: what it does, what its budget counts, what it needs, its parameters, its source.

    Those of plugins are listed with the others. Without --orchestrator no service is needed.

    Exit status: 0 listed; 69 nothing answers at the address.
    """
    with explained():
        listed = asyncio.run(_asked(orchestrator, load(config).gateway.tls)) if orchestrator else _installed()
        _print([described(one) for one in listed], as_json=json)


def described(info: AlgorithmInfo) -> dict[str, Any]:
    """Return `info` as JSON has it: needs by name, and under `parameters` the schema's properties."""
    schema = json.loads(info.parameters_json_schema or "{}")
    return {
        "name": info.name,
        "summary": info.summary,
        "budget": info.budget_meaning,
        "needs": [NEEDS[need] for need in info.needs],
        "source": info.source,
        "parameters": schema.get("properties", {}),
    }


def _print(listed: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    console = Console(highlight=False)
    if as_json:
        console.print_json(json.dumps(listed))
    else:
        console.print(catalogue(listed))


def _installed() -> Sequence[AlgorithmInfo]:
    # The orchestrator's libraries take a moment to load, which other commands needn't wait for.
    from its_orchestrator import registry  # noqa: PLC0415
    from its_orchestrator.wire import convert  # noqa: PLC0415

    return [convert.algorithm(kind) for kind in registry.algorithms()]


async def _asked(address: str, tls: Tls | None) -> Sequence[AlgorithmInfo]:
    async with open_channel(address, tls) as channel:
        call = OrchestratorServiceStub(channel).ListAlgorithms(ListAlgorithmsRequest(), timeout=SECONDS)
        try:
            return (await response(call, f"orchestrator at {address}")).algorithms
        except (Unavailable, DeadlinePassed) as error:
            raise Failed(f"{error.message}; `its up` starts one", UNREACHABLE) from error
