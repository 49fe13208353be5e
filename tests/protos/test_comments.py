"""Every message, field, enum, enum value, service, rpc and oneof of the contract has a sentence."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

PROTOS = Path(__file__).parents[2] / "protos"
SOURCES = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.glob("its/**/*.proto"))


def compiled(source: str, root: Path = PROTOS) -> descriptor_pb2.FileDescriptorProto:
    """Return the descriptor of one .proto, comments included."""
    pytest.importorskip("grpc_tools", reason="make check installs the compiler")
    includes = [root, PROTOS / "third_party", Path(str(files("grpc_tools") / "_proto"))]
    command = [sys.executable, "-m", "grpc_tools.protoc", *(f"-I{include}" for include in includes)]
    output = [*command, "--include_source_info", "--descriptor_set_out=/dev/stdout", source]
    told = subprocess.run(output, capture_output=True, check=True)
    return descriptor_pb2.FileDescriptorSet.FromString(told.stdout).file[0]


def undocumented(file: descriptor_pb2.FileDescriptorProto) -> list[str]:
    """Return what has no comment directly above it."""
    comments = {tuple(place.path): place.leading_comments.strip() for place in file.source_code_info.location}
    return [name for name, path in declared(file) if not comments.get(path)]


def declared(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the name and the place in the file of everything that is declared, by the numbers of descriptor.proto."""
    yield from each(file.message_type, (4,), (("field", 2), ("oneof_decl", 8), ("nested_type", 3), ("enum_type", 4)))
    yield from each(file.enum_type, (5,), (("value", 2),))
    yield from each(file.service, (6,), (("method", 2),))


def each(declarations, path, parts) -> Iterator[tuple[str, tuple[int, ...]]]:
    for index, declaration in enumerate(declarations):
        if is_made_by_the_compiler(declaration):
            continue
        here = (*path, index)
        yield declaration.name, here
        for name, number in parts:
            inner = parts if name == "nested_type" else (("value", 2),) if name == "enum_type" else ()
            yield from each(getattr(declaration, name), (*here, number), inner)


def is_made_by_the_compiler(declaration) -> bool:
    """Tell entries of maps and the oneofs of `optional` fields, which nobody wrote."""
    if isinstance(declaration, descriptor_pb2.DescriptorProto):
        return declaration.options.map_entry
    return isinstance(declaration, descriptor_pb2.OneofDescriptorProto) and declaration.name.startswith("_")


@pytest.mark.parametrize("source", SOURCES)
def test_everything_that_is_declared_has_a_sentence(source):
    assert undocumented(compiled(source)) == []


def test_a_field_without_a_sentence_is_found(tmp_path):
    source = 'syntax = "proto3";\n// A thing that is.\nmessage Thing {\n  string name = 1;\n}\n'
    (tmp_path / "thing.proto").write_text(source)

    assert undocumented(compiled("thing.proto", tmp_path)) == ["name"]


def test_the_contract_is_large_enough_to_be_read_right():
    names = [name for source in SOURCES for name, _ in declared(compiled(source))]

    assert {"Generate", "STOP_REASON_EOS", "num_sequences", "Delimiters", "boundary", "MODE_AUTO"} <= set(names)
