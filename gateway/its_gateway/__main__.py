"""Run the gateway: `python -m its_gateway`."""

from its_gateway.app import create_app
from its_gateway.meter import HttpMetrics
from its_gateway.orchestrator import open_orchestrator
from its_gateway.serving import serving
from its_gateway.settings import Settings
from its_runtime.process import run
from its_runtime.server import stopped
from its_runtime.telemetry import telling


async def main(settings: Settings) -> None:
    """Answer requests until told to stop; the channel to the orchestrator outlives the last of them."""
    with telling(settings, "gateway", HttpMetrics()) as telemetry:
        async with (
            open_orchestrator(settings.orchestrator, settings.tls) as orchestrator,
            serving(create_app(settings, orchestrator, telemetry), settings),
        ):
            await stopped()


if __name__ == "__main__":
    run("gateway", Settings, main)
