"""Run the generator: `python -m its_generator [--config its.yaml]`."""

import asyncio

from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import add_GeneratorServiceServicer_to_server
from its_generator.meter import EngineMetrics
from its_generator.models import Models, open_models
from its_generator.servicer import GeneratorServicer
from its_generator.settings import Settings
from its_runtime.process import run
from its_runtime.server import new_server, serving, stopped
from its_runtime.telemetry import telling

SERVICE = pb.DESCRIPTOR.services_by_name["GeneratorService"].full_name
SECONDS_BETWEEN_CHECKS = 1.0


async def main(settings: Settings) -> None:
    """Load the models, then answer calls until told to stop, or until an engine fails."""
    async with open_models(settings) as models:
        servicer = GeneratorServicer(models)
        with telling(settings, "generator", EngineMetrics(models, lambda: servicer.sequences)) as telemetry:
            server = new_server(settings, telemetry)
            add_GeneratorServiceServicer_to_server(servicer, server)
            async with serving(server, settings, SERVICE):
                await watched(models)


async def watched(models: Models) -> None:
    """Return when the process is told to stop; raise Unavailable when an engine can no longer answer.

    A process without its engine is of no use: it ends, so that whoever started it starts another.
    """
    stop = asyncio.ensure_future(stopped())
    while not stop.done():
        await models.check()
        await asyncio.wait([stop], timeout=SECONDS_BETWEEN_CHECKS)


if __name__ == "__main__":
    run("generator", Settings, main)
