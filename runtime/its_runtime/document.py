"""The text of an its.yaml, read into nodes that remember their file and line.

`base: other.yaml` takes over what that file says and this one doesn't; `${NAME}` and `${NAME:-default}` stand for
variables of the environment, `$$` for a dollar before a brace; `file://path` stands for the text of a file beside it;
an override `a.b=value` replaces one value.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

BASE = "base"


class DocumentError(Exception):
    """A document that can't be read; the message begins with file and line."""


def compose(path: Path, environment: Mapping[str, str], overrides: Sequence[str] = ()) -> yaml.Node | None:
    """Return the nodes of the file at `path`, its base, variables, files and overrides put in; None for an empty one.

    Raises DocumentError, OSError, UnicodeDecodeError, or yaml.YAMLError.
    """
    node = _based(path, environment, ())
    for override in overrides:
        node = _overridden(node, override, environment)
    return node


def _based(path: Path, environment: Mapping[str, str], under_way: tuple[Path, ...]) -> yaml.Node | None:
    if path.resolve() in under_way:
        raise DocumentError(f"{path}:1: base: {path} is based on itself")
    try:
        with path.open(encoding="utf-8") as text:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
    except ReaderError as error:
        raise DocumentError(f"{path}:1: {error.reason}: character {error.character} at {error.position}") from error
    if not isinstance(node, yaml.MappingNode):
        return node
    try:
        node = _filled(node, path.parent, environment)
    except RecursionError as error:
        raise DocumentError(f"{path}:1: an anchor stands inside of itself; write out what it stands for") from error
    base = next((value for key, value in node.value if key.value == BASE), None)
    if base is None:
        return node
    own = yaml.MappingNode(node.tag, [pair for pair in node.value if pair[0].value != BASE], node.start_mark)
    below = _based(path.parent / str(base.value), environment, (*under_way, path.resolve()))
    return _merged(below, own)


def _merged(below: yaml.Node | None, above: yaml.Node) -> yaml.Node:
    """Return `above` with the keys of `below` that it doesn't have; mappings under one key are merged likewise."""
    if not (isinstance(below, yaml.MappingNode) and isinstance(above, yaml.MappingNode)):
        return above
    own = {key.value: (key, value) for key, value in above.value}
    pairs = [
        (own[key.value][0], _merged(value, own[key.value][1])) if key.value in own else (key, value)
        for key, value in below.value
    ]
    known = {key.value for key, _ in below.value}
    pairs += [pair for name, pair in own.items() if name not in known]
    return yaml.MappingNode(above.tag, pairs, above.start_mark, above.end_mark)


def _filled(node: yaml.Node, folder: Path, environment: Mapping[str, str]) -> yaml.Node:
    """Return the node with variables and files in place of what stands for them."""
    if isinstance(node, yaml.MappingNode):
        _once(node)
        pairs = [(key, _filled(value, folder, environment)) for key, value in node.value]
        return yaml.MappingNode(node.tag, pairs, node.start_mark, node.end_mark)
    if isinstance(node, yaml.SequenceNode):
        values = [_filled(value, folder, environment) for value in node.value]
        return yaml.SequenceNode(node.tag, values, node.start_mark, node.end_mark)
    return _scalar(node, folder, environment)


def _once(node: yaml.MappingNode) -> None:
    """Raise DocumentError where a key stands twice: YAML's own readers drop the first without a word."""
    seen: dict[str, yaml.Node] = {}
    for key, _ in node.value:
        if key.tag == MERGE or not isinstance(key, yaml.ScalarNode):
            continue
        if (first := seen.get(key.value)) is not None:
            raise DocumentError(
                f"{_place(key)}: {key.value}: the key stands in line {_line(first)} already; remove one"
            )
        seen[key.value] = key


def _scalar(node: yaml.Node, folder: Path, environment: Mapping[str, str]) -> yaml.Node:
    text = _VARIABLE.sub(lambda found: _variable(found, node, environment), str(node.value))
    if text.startswith(FILE):
        return _text(node, _read(folder / text.removeprefix(FILE), node))
    if text == node.value:
        return node
    plain = isinstance(node, yaml.ScalarNode) and node.style is None
    return _resolved(node, text) if plain else _text(node, text)


def _variable(found: "re.Match[str]", node: yaml.Node, environment: Mapping[str, str]) -> str:
    if found[0].startswith("$$"):
        return found[0][1:]
    name, default = found[1], found[2]
    if name in environment and (environment[name] or default is None):
        return environment[name]
    if default is None:
        raise DocumentError(f"{_place(node)}: ${{{name}}} isn't set; set it, or write ${{{name}:-default}}")
    return default


def _read(path: Path, node: yaml.Node) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise DocumentError(f"{_place(node)}: {path}: {error.strerror}") from error


def _overridden(node: yaml.Node | None, override: str, environment: Mapping[str, str]) -> yaml.Node:
    path, separator, text = override.partition("=")
    if not separator or not path:
        raise DocumentError(f"override {override!r}: write path.to.key=value")
    value = yaml.compose(text, Loader=yaml.SafeLoader) or _resolved(None, "")
    try:
        return _replaced(node, path.split("."), _filled(value, Path(), environment))
    except DocumentError as error:
        raise DocumentError(f"override {override!r}: {error}") from error


def _replaced(node: yaml.Node | None, path: Sequence[str], value: yaml.Node) -> yaml.Node:
    if not path:
        return value
    name, *rest = path
    if isinstance(node, yaml.SequenceNode):
        return _placed(node, name, rest, value)
    pairs = list(node.value) if isinstance(node, yaml.MappingNode) else []
    key, below = next(((key, below) for key, below in pairs if key.value == name), (_resolved(value, name), None))
    new = (key, _replaced(below, rest, value))
    at = next((place for place, (one, _) in enumerate(pairs) if one.value == name), len(pairs))
    return yaml.MappingNode("tag:yaml.org,2002:map", [*pairs[:at], new, *pairs[at + 1 :]], value.start_mark)


def _placed(node: yaml.SequenceNode, name: str, path: Sequence[str], value: yaml.Node) -> yaml.Node:
    """Return the list with another value at one of its places, or one place longer."""
    length = len(node.value)
    if not name.isdigit() or int(name) > length:
        raise DocumentError(f"{name!r} is no place in a list of {length}; count from 0, and {length} adds one")
    at = int(name)
    below = node.value[at] if at < length else None
    values = [*node.value[:at], _replaced(below, path, value), *node.value[at + 1 :]]
    return yaml.SequenceNode(node.tag, values, node.start_mark, node.end_mark)


def _resolved(node: yaml.Node | None, text: str) -> yaml.ScalarNode:
    """Return a plain scalar of whatever type `text` looks like, where `node` stands."""
    loader: Any = yaml.SafeLoader("")
    return yaml.ScalarNode(str(loader.resolve(yaml.ScalarNode, text, (True, False))), text, *_marks(node))


def _text(node: yaml.Node, text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, *_marks(node))


def _marks(node: yaml.Node | None) -> tuple[yaml.Mark | None, yaml.Mark | None]:
    return (node.start_mark, node.end_mark) if node else (None, None)


def _place(node: yaml.Node) -> str:
    return f"{node.start_mark.name}:{_line(node)}"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


FILE = "file://"
MERGE = "tag:yaml.org,2002:merge"
"""The tag of `<<`, which takes over the keys of other mappings."""
_VARIABLE = re.compile(r"\$?\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
