"""The committed code is what the contract generates, loads, and lies where its package says."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROTOS = Path(__file__).parents[2] / "protos"
SOURCES = sorted(PROTOS.glob("its/**/*.proto"))
GENERATED = sorted((PROTOS / "python" / "its").rglob("*_pb2*.py"))


def test_there_is_a_contract():
    assert {path.parent.parent.name for path in SOURCES} == {"chat", "generator", "reward", "orchestrator"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_package_of_a_proto_is_its_folder(path):
    package = re.search(r"^package ([\w.]+);$", path.read_text(), re.MULTILINE)

    assert package
    assert package[1].split(".") == list(path.parent.relative_to(PROTOS).parts)


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_generated_code_loads(path):
    module = ".".join(path.relative_to(PROTOS / "python").with_suffix("").parts)

    assert importlib.import_module(module)


def test_every_proto_has_its_module():
    stems = {str(path.relative_to(PROTOS).with_suffix("")) for path in SOURCES}

    assert stems == {
        str(path.relative_to(PROTOS / "python"))[: -len("_pb2.py")] for path in GENERATED if path.stem.endswith("_pb2")
    }


def test_every_generated_module_has_its_types():
    assert all(path.with_suffix(".pyi").exists() for path in GENERATED)


def test_generated_code_is_what_the_contract_generates():
    pytest.importorskip("grpc_tools", reason="make check installs the generator")
    code = "import check, sys; sys.exit(' '.join(check.stale()) or 0)"
    told = subprocess.run([sys.executable, "-c", code], cwd=PROTOS, capture_output=True, text=True, check=False)

    assert (told.returncode, told.stderr) == (0, "")


def test_a_change_of_the_contract_makes_generated_code_stale(tmp_path):
    pytest.importorskip("grpc_tools", reason="make check installs the generator")
    code = (
        "import check, generate, pathlib, shutil, sys\n"
        f"copy = pathlib.Path({str(tmp_path)!r}, 'protos'); shutil.copytree('.', copy, ignore=lambda *_: ['python'])\n"
        "proto = copy / 'its/chat/v1/tokens.proto'\n"
        "proto.write_text(proto.read_text().replace('string name = 1', 'string title = 1'))\n"
        "generate.HERE = copy\n"
        "print(*check.stale())"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=PROTOS, capture_output=True, text=True, check=True)

    assert "its/chat/v1/tokens_pb2.py" in told.stdout.split()
