"""Run the reward service: `python -m its_reward [--config its.yaml]`."""

from its.reward.v1 import reward_pb2 as pb
from its.reward.v1.reward_pb2_grpc import add_RewardServiceServicer_to_server
from its_reward.models import open_models
from its_reward.servicer import RewardServicer
from its_reward.settings import Settings
from its_runtime.metrics import Metrics
from its_runtime.process import run
from its_runtime.server import new_server, serving
from its_runtime.telemetry import telling
from its_runtime.watching import watched

NAME = pb.DESCRIPTOR.services_by_name["RewardService"].full_name


async def main(settings: Settings) -> None:
    """Load the reward models, then answer calls until told to stop, or until an engine fails."""
    async with open_models(settings) as models:
        with telling(settings, "reward", Metrics()) as telemetry:
            server = new_server(settings, telemetry)
            add_RewardServiceServicer_to_server(RewardServicer(models), server)
            async with serving(server, settings, NAME):
                await watched(models.check)


if __name__ == "__main__":
    run("reward", Settings, main)
