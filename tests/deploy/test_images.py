"""Images are built from files that exist, with the lock's versions, and listen where everybody expects them."""

import re
import tomllib
from pathlib import Path

import pytest

from its_cli.configuration import Configuration
from its_cli.part import PARTS, Part
from its_runtime.transport import TRANSPORT

COPIED = re.compile(r"^COPY (?!--from)(.+) \S+$", re.MULTILINE)
FOLDERS = {part: "gateway" if part.section == "gateway" else f"services/{part.section}" for part in PARTS}


@pytest.fixture(params=PARTS, ids=lambda part: part.section)
def part(request: pytest.FixtureRequest) -> Part:
    return request.param


@pytest.fixture
def dockerfile(root: Path, part: Part) -> str:
    return (root / FOLDERS[part] / "Dockerfile").read_text()


def test_what_is_copied_exists(root: Path, dockerfile: str):
    sources = [source for line in COPIED.findall(dockerfile) for source in line.split()]

    assert sources
    assert [source for source in sources if not (root / source).exists()] == []


def test_what_is_copied_is_let_through(root: Path, dockerfile: str):
    let_through = [line[1:] for line in (root / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    sources = {source for line in COPIED.findall(dockerfile) for source in line.split()}

    assert {source for source in sources if not any(_within(source, allowed) for allowed in let_through)} == set()


def test_calls_travel_as_between_processes_of_its_up(dockerfile: str):
    assert [line for name, value in TRANSPORT.items() if (line := f"ENV {name}={value}\n") not in dockerfile] == []


def test_every_workspace_package_that_it_needs_is_copied(root: Path, part: Part, dockerfile: str):
    needed = _needed(root, FOLDERS[part])

    assert {folder for folder in needed if f"COPY {folder} {folder}\n" not in dockerfile} == set()


def test_it_is_asked_for_its_health_where_it_listens(part: Part, dockerfile: str):
    port = getattr(Configuration(), part.section).port
    probes = re.findall(r"CMD \[(.+)\]", dockerfile)
    expected = f'"127.0.0.1:{port}", "{part.service}"' if part.service else f'"http://127.0.0.1:{port}/ready"'

    assert probes
    assert all(expected in probe for probe in probes)
    assert set(re.findall(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE)) == {str(port)}


def test_it_runs_its_module_and_listens_on_every_address(part: Part, dockerfile: str):
    entries = re.findall(r'ENTRYPOINT \["python3?", "-m", "(\w+)"\]', dockerfile)

    assert set(entries) == {part.module}
    assert dockerfile.count(f"ITS_{part.section.upper()}_HOST=0.0.0.0") == len(entries)


def test_the_vllm_image_is_of_the_locked_version(root: Path):
    lock = tomllib.loads((root / "uv.lock").read_text())
    locked = next(package["version"] for package in lock["package"] if package["name"] == "vllm")
    images = {
        found
        for folder in FOLDERS.values()
        for found in re.findall(r"vllm-openai:v(\S+)", (root / folder / "Dockerfile").read_text())
    }

    assert images == {locked}


def _within(source: str, allowed: str) -> bool:
    return source == allowed or source.startswith(f"{allowed}/")


def _needed(root: Path, folder: str) -> set[str]:
    """Return the folders of the workspace's packages that the one in `folder` stands on, itself included."""
    members = {"its-protos": "protos", "its-runtime": "runtime", "its-models": "models"}
    project = tomllib.loads((root / folder / "pyproject.toml").read_text())["project"]
    names = {re.split(r"[<>=;\[ ]", dependency)[0] for dependency in project["dependencies"]}
    return {folder}.union(*(_needed(root, members[name]) for name in names if name in members))
