"""Run the orchestrator: `python -m its_orchestrator`."""

from grpc import aio

from its.generator.v1 import generator_pb2
from its.orchestrator.v1 import orchestrator_pb2
from its.orchestrator.v1.orchestrator_pb2_grpc import add_OrchestratorServiceServicer_to_server
from its.reward.v1 import reward_pb2
from its_checking import Checker, open_checker
from its_orchestrator.chain import Chain
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.clients import GeneratorClient, RewardClient
from its_orchestrator.clients.upstream import Upstream
from its_orchestrator.components.supplies import Supplies, supplies
from its_orchestrator.meter import RunMetrics
from its_orchestrator.profiles import Made, Profiles
from its_orchestrator.running.desk import Desk
from its_orchestrator.running.run import Engines
from its_orchestrator.running.solver import Solver
from its_orchestrator.servicer import OrchestratorServicer
from its_orchestrator.settings import Settings
from its_orchestrator.state import StateFile
from its_orchestrator.storing.keeper import Keeper, open_keeper
from its_orchestrator.traces import Traces
from its_orchestrator.wire import convert_traces
from its_orchestrator.workflows.blueprint import Blueprint, Drawing
from its_orchestrator.workflows.check import check
from its_orchestrator.workflows.runner import Runner
from its_runtime.channel import open_channel
from its_runtime.config import ConfigError, ConfigFile
from its_runtime.process import run_file
from its_runtime.server import new_server, serving, stopped
from its_runtime.telemetry import telling

SERVICE = orchestrator_pb2.DESCRIPTOR.services_by_name["OrchestratorService"].full_name
GENERATOR = generator_pb2.DESCRIPTOR.services_by_name["GeneratorService"].full_name
REWARD = reward_pb2.DESCRIPTOR.services_by_name["RewardService"].full_name


async def main(settings: Settings, file: ConfigFile | None = None) -> None:
    """Open channels to the services behind, then answer calls until told to stop.

    It is healthy while they are down: their absence is the answer to a call, not the end of this process. The other
    sections of `file` are its functions and strategies. Raises ConfigError when they can't be built.
    """
    blueprint = await checked(file) if file else Blueprint()
    async with (
        open_channel(settings.generator, settings.tls) as generator,
        open_channel(settings.reward, settings.tls) as reward,
        open_checker(settings.check_workers, settings.check_seconds) as checker,
    ):
        behind = engines(settings, generator, reward, checker)
        metrics = RunMetrics({"generator": behind.generator, "reward": behind.reward})
        with telling(settings, "orchestrator", metrics) as telemetry:
            server = new_server(settings, telemetry)
            async with open_keeper(settings.traces) as keeper, supplies(behind) as supplied:
                service = servicer(settings, behind, blueprint, supplied, keeper)
                add_OrchestratorServiceServicer_to_server(service, server)
                async with serving(server, settings, SERVICE, chain(generator, reward)):
                    await stopped()


def chain(generator: aio.Channel, reward: aio.Channel) -> Chain:
    """Return the health of this process and of the services behind the two channels."""
    return Chain({GENERATOR: Upstream(generator, GENERATOR), REWARD: Upstream(reward, REWARD)})


def engines(settings: Settings, generator: aio.Channel, reward: aio.Channel, checker: Checker | None = None) -> Engines:
    """Return the services behind the two channels; `checker` compares formulas, which are texts without it."""
    calls, believe = settings.calls, settings.capabilities_seconds
    return Engines(
        GeneratorClient(
            generator,
            settings.generator,
            calls=calls,
            longest=settings.generate_seconds,
            believe_seconds=believe,
        ),
        RewardClient(reward, settings.reward, calls=calls, longest=settings.score_seconds, believe_seconds=believe),
        MathEquivalence(checker),
    )


def servicer(
    settings: Settings,
    behind: Engines,
    blueprint: Blueprint | None = None,
    supplied: Supplies | None = None,
    keeper: Keeper | None = None,
) -> OrchestratorServicer:
    """Put the service together; without a blueprint it has no functions, without a keeper it stores no runs."""
    told = convert_traces.words(behind.equivalence, prompts=settings.traces.prompts)
    traces = Traces(settings.traces, told, keeper)
    state = StateFile(settings.state, Made) if settings.state else None
    desk = Desk(Profiles(settings.profiles, state), behind.generator, behind.reward)
    runner = Runner(blueprint or Blueprint(), supplied or Supplies(behind), traces)
    return OrchestratorServicer(desk, Solver(behind, traces), traces, behind.equivalence, runner)


async def checked(file: ConfigFile) -> Blueprint:
    """Return the functions and strategies of an its.yaml. Raises ConfigError with a line for each error."""
    blueprint = Drawing().read(file.values)
    findings = await check(blueprint)
    if findings:
        raise ConfigError("\n".join(f"{file.place(one.where)}: {one.path}: {one.message}" for one in findings))
    return blueprint


if __name__ == "__main__":
    run_file("orchestrator", Settings, main)
