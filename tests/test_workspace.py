"""The workspace keeps its promises: one list of dependencies, small files of one noun each, nothing undeclared."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
MEMBERS = ["protos", "runtime", "models", "services/generator", "services/reward", "services/orchestrator"]
MEMBERS += ["checking", "gateway", "cli"]
GENERATED = "protos/python/"
WRITTEN_ELSEWHERE = ("protos/third_party/", GENERATED)
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc"}
LONGEST = 400
PART_OF = {"starlette": "fastapi", "pydantic_core": "pydantic", "huggingface_hub": "vllm"}
"""Packages that their owner's documentation tells users to import."""


def project(folder: str) -> dict:
    return tomllib.loads((ROOT / folder / "pyproject.toml").read_text())


def requirements(folder: str) -> dict[str, Requirement]:
    """Return what a member declares, by canonical name."""
    found = [Requirement(line) for line in project(folder)["project"].get("dependencies", [])]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def ours() -> set[str]:
    return {canonicalize_name(project(folder)["project"]["name"]) for folder in MEMBERS}


def tracked(*suffixes: str) -> list[Path]:
    """Return the files of the repository, those about to be added included, that we wrote."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    names = [name for name in listed if name.endswith(suffixes) and not name.startswith(WRITTEN_ELSEWHERE)]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def sources(folder: str) -> list[Path]:
    [package] = [path for path in (ROOT / folder).glob("its_*") if path.is_dir()]
    return sorted(package.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield the top-level packages that a file imports, those of type checking included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def reachable(folder: str) -> set[str]:
    """Return the distributions that a member declares, its extras and its workspace members' own included."""
    extras = project(folder)["project"].get("optional-dependencies", {}).values()
    declared = {canonicalize_name(Requirement(line).name) for extra in extras for line in extra}
    for name in requirements(folder):
        declared |= reachable(member(name)) | {name} if name in ours() else {name}
    return declared | {canonicalize_name(project(folder)["project"]["name"])}


def member(name: str) -> str:
    return next(folder for folder in MEMBERS if canonicalize_name(project(folder)["project"]["name"]) == name)


def test_the_members_are_those_of_the_workspace():
    patterns = project(".")["tool"]["uv"]["workspace"]["members"]
    found = {str(path.parent.relative_to(ROOT)) for one in patterns for path in ROOT.glob(f"{one}/pyproject.toml")}

    assert found == set(MEMBERS)


def test_the_root_depends_on_what_its_members_depend_on_and_nothing_else():
    needed = {name for folder in MEMBERS for name in requirements(folder)} - ours()

    assert set(requirements(".")) == needed


@pytest.mark.parametrize("folder", MEMBERS)
def test_the_root_is_at_least_as_strict_as_a_member(folder):
    root = requirements(".")
    looser = [
        f"{name}: {requirement.specifier} here, {root[name].specifier} in the root"
        for name, requirement in requirements(folder).items()
        if name in root and lowest(requirement) > lowest(root[name])
    ]

    assert looser == []


def lowest(requirement: Requirement) -> tuple[int, ...]:
    found = re.search(r">=\s*([\d.]+)", str(requirement.specifier))
    return tuple(map(int, found[1].split("."))) if found else ()


@pytest.mark.parametrize("folder", [folder for folder in MEMBERS if folder != "protos"])
def test_a_member_declares_what_it_imports(folder):
    declared = reachable(folder)
    undeclared = {
        f"{path.relative_to(ROOT)}: {package}"
        for path in sources(folder)
        for package in imported(path)
        if package not in sys.stdlib_module_names | {"its", "buf", "google"} and not distributions(package) & declared
    }

    assert undeclared == set()


def distributions(package: str) -> set[str]:
    """Return the distributions that bring a package, or that it is part of."""
    brought_by = installed().get(package, [])
    return {canonicalize_name(name) for name in (package, PART_OF.get(package, package), *brought_by)}


@cache
def installed() -> Mapping[str, list[str]]:
    """Return the installed distributions of every package; reading them takes seconds."""
    return packages_distributions()


def test_no_file_has_a_vague_name():
    assert [path for path in tracked(".py", ".proto") if path.stem.strip("_").lower() in VAGUE] == []


def test_no_file_is_longer_than_the_wall():
    long = {str(path.relative_to(ROOT)): count for path in tracked(".py") if (count := lines(path)) > LONGEST}

    assert long == {}


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_nothing_is_left_for_later():
    mark = re.compile(r"(#|//).*\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b")

    assert [path for path in tracked(".py", ".proto") if mark.search(path.read_text())] == []


def test_every_public_module_says_what_it_is():
    modules = [path for folder in MEMBERS if folder != "protos" for path in sources(folder)]

    assert [path for path in modules if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_every_target_that_the_documentation_names_exists():
    pages = [path for path in tracked(".md", ".yml", ".yaml") if path.name != "CHANGELOG.md"]
    pages += [ROOT / ".ci" / "run"]
    named = {target for page in pages for target in re.findall(r"(?:^|`|\n)\s*make ([a-z][a-z-]*)", page.read_text())}

    assert {"demo", "test"} <= named
    assert named <= targets()


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_phony_target_exists():
    [phony] = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert set(phony.split()) == targets()


def test_make_check_runs_every_gate():
    recipe = (ROOT / "Makefile").read_text().partition("\ncheck:")[2].partition("\n\n")[0]

    for gate in (
        "ruff format --check",
        "ruff check",
        "pyright",
        "lint-imports",
        "buf lint",
        "check.py",
        "lock --check",
    ):
        assert gate in recipe


def test_the_layers_are_written_down():
    contracts = project(".")["tool"]["importlinter"]["contracts"]

    assert {contract["type"] for contract in contracts} == {"independence", "layers", "forbidden", "acyclic_siblings"}


def test_the_license_is_there():
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert {project(folder)["project"].get("license") for folder in MEMBERS} == {"Apache-2.0"}


def test_links_of_the_documentation_lead_somewhere():
    links = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in tracked(".md")
        for link in links.findall(page.read_text())
        if not (page.parent / link).exists()
    ]

    assert broken == []


def test_nothing_that_is_built_is_committed():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()

    assert [name for name in names if re.search(r"node_modules/|__pycache__/|\.venv|\.pyc$|\.egg-info/", name)] == []
