"""What ships for Prometheus and Grafana asks only for figures that exist, of services that are there."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from its_cli.configuration import Configuration
from its_gateway.meter import HttpMetrics
from its_generator.meter import EngineMetrics
from its_generator.models import Models
from its_orchestrator.meter import RunMetrics
from its_runtime.metrics import Metrics

SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
FROM_PROMETHEUS = {"job", "instance", "le"}


@pytest.fixture(scope="module")
def registries() -> list[CollectorRegistry]:
    """The registries of the four services."""
    services = (HttpMetrics(), RunMetrics({}), EngineMetrics(Models({}), lambda: 0), Metrics())
    return [service.registry for service in services]


@pytest.fixture(scope="module")
def expressions(root: Path) -> list[str]:
    """Everything that the dashboard asks for."""
    dashboard = json.loads((root / "deploy/grafana/its.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def test_the_dashboard_asks_only_for_figures_that_exist(registries: Any, expressions: list[str]):
    existing = {name for registry in registries for name in names(registry)}
    asked = {name for one in expressions for name in re.findall(r"\b(?:its|process)_\w+", one)}

    assert asked
    assert asked <= existing


def test_every_figure_of_ours_is_on_the_dashboard(registries: Any, expressions: list[str]):
    ours = {family.name for registry in registries for family in registry.collect() if family.name.startswith("its_")}

    assert {name for name in ours if not any(name in one for one in expressions)} == set()


def test_the_dashboard_groups_by_labels_that_exist(expressions: list[str]):
    labels = {name for registry in (HttpMetrics, lambda: RunMetrics({}), Metrics) for name in labelled(registry())}
    labels |= labelled(EngineMetrics(Models({}), lambda: 0))
    grouped = {
        name.strip() for one in expressions for names in re.findall(r"by \(([^)]*)\)", one) for name in names.split(",")
    }

    assert grouped <= labels | FROM_PROMETHEUS


def test_panels_have_places_and_numbers_of_their_own(root: Path):
    panels = json.loads((root / "deploy/grafana/its.json").read_text())["panels"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)


def test_prometheus_reads_each_service_where_compose_lets_it_serve(root: Path):
    scraped = yaml.safe_load((root / "deploy/prometheus.yml").read_text())["scrape_configs"]
    observed = yaml.safe_load((root / "deploy/observed.yml").read_text())["services"]

    assert [job["job_name"] for job in scraped] == ["gateway", "orchestrator", "generator", "reward"]
    for job in scraped:
        name = job["job_name"]
        port = observed[name]["environment"][f"ITS_{name}_METRICS_PORT".upper()]
        assert job["static_configs"] == [{"targets": [f"{name}:{port}"]}]


def test_observed_services_and_settings_exist(root: Path, compose: dict[str, Any]):
    observed = yaml.safe_load((root / "deploy/observed.yml").read_text())["services"]
    configuration = Configuration()

    assert set(observed) - set(compose["services"]) == {"prometheus", "grafana", "jaeger"}
    for name in set(observed) & set(compose["services"]):
        for variable in observed[name]["environment"]:
            section, field = variable.removeprefix("ITS_").lower().split("_", 1)
            assert section == name.removesuffix("-cpu")
            assert field in type(getattr(configuration, section)).model_fields


def test_what_is_mounted_exists(root: Path):
    observed = yaml.safe_load((root / "deploy/observed.yml").read_text())["services"]
    mounted = [volume for service in observed.values() for volume in service.get("volumes", [])]

    assert mounted
    assert all((root / volume.split(":")[0]).is_file() for volume in mounted)


def test_the_compose_file_for_observing_is_valid(root: Path):
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, str(root / "deploy/observed.yml")], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def names(registry: CollectorRegistry) -> Iterator[str]:
    """Yield the names of all series, as queries have them."""
    for family in registry.collect():
        yield from (family.name + suffix for suffix in SUFFIXES[family.type])


def labelled(metrics: Metrics) -> set[str]:
    """Return the labels of all figures, those that have no value yet included."""
    collectors = metrics.registry._collector_to_names
    return {label for one in collectors for label in getattr(one, "_labelnames", ())}
