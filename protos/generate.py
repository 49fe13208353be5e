"""Generate the Python code of the contract: `make protos`.

The output is committed. It is made by the pinned grpcio-tools, whose code loads on every protobuf from 6.33.5
on, so that it runs beside vLLM (docs/adr/0002-generated-code-is-committed.md).
"""

import os
import shutil
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from grpc_tools import protoc as untyped_protoc

protoc = cast("Any", untyped_protoc)
HERE = Path(__file__).parent
OUTPUT = HERE / "python"


def sources(root: Path) -> list[str]:
    """Return every .proto below `root`, relative to it, in a fixed order."""
    return sorted(str(path.relative_to(root)) for folder in ("its", "buf") for path in (root / folder).rglob("*.proto"))


def generate(output: Path = OUTPUT) -> None:
    """Write messages, services and their type stubs below `output`, replacing what is there."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # protoc's plugins
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    includes = [HERE, HERE / "third_party", Path(str(files("grpc_tools") / "_proto"))]
    plugins = ["--python_out=", "--grpc_python_out=", "--mypy_out=quiet:", "--mypy_grpc_out=quiet:"]
    services = sources(HERE)
    arguments = ["protoc", *(f"-I{include}" for include in includes)]
    if protoc.main([*arguments, *(f"{plugin}{output}" for plugin in plugins), *services]):
        sys.exit("protoc failed; its message stands above")
    messages = ["--python_out=", "--mypy_out=quiet:"]
    if protoc.main([*arguments, *(f"{plugin}{output}" for plugin in messages), *sources(HERE / "third_party")]):
        sys.exit("protoc failed; its message stands above")
    for stub in output.rglob("*_pb2_grpc.py*"):
        if "Stub" not in stub.read_text():
            stub.unlink()


if __name__ == "__main__":
    generate()
