"""Run the generator: `python -m its_generator [--config its.yaml]`."""

from its.generator.v1 import generator_pb2 as pb
from its.generator.v1.generator_pb2_grpc import add_GeneratorServiceServicer_to_server
from its_generator.meter import EngineMetrics
from its_generator.models import open_models
from its_generator.servicer import GeneratorServicer
from its_generator.settings import Settings
from its_runtime.process import run
from its_runtime.server import new_server, serving
from its_runtime.telemetry import telling
from its_runtime.watching import watched

SERVICE = pb.DESCRIPTOR.services_by_name["GeneratorService"].full_name


async def main(settings: Settings) -> None:
    """Load the models, then answer calls until told to stop, or until an engine fails."""
    async with open_models(settings) as models:
        servicer = GeneratorServicer(models)
        with telling(settings, "generator", EngineMetrics(models, lambda: servicer.sequences)) as telemetry:
            server = new_server(settings, telemetry)
            add_GeneratorServiceServicer_to_server(servicer, server)
            async with serving(server, settings, SERVICE):
                await watched(models.check)


if __name__ == "__main__":
    run("generator", Settings, main)
