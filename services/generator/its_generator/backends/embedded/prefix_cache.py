"""Keys and values of past prefixes in a radix tree: what begins alike is stored once and found by its tokens.

The idea is RadixAttention's: Zheng et al. 2024, "SGLang: Efficient Execution of Structured Language Model Programs",
section 3. https://arxiv.org/abs/2312.07104
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from its_models.decoder import Floats


@dataclass(slots=True, eq=False)
class _Node:
    token_ids: tuple[int, ...]
    values: Floats
    """[2 * layers, heads, tokens, head size]."""
    parent: "_Node | None"
    children: "dict[int, _Node]" = field(default_factory=dict["int", "_Node"])
    used: int = 0


class PrefixCache:
    """Longest-prefix match by token ids; the least recently used ends are forgotten beyond a number of bytes.

    Not safe for threads: the engine's own one uses it. What was found stays valid when it is forgotten.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._root = _Node((), np.zeros((0, 0, 0, 0), np.float32), None)
        self._clock = 0
        self.bytes = 0

    def find(self, token_ids: Sequence[int]) -> tuple[int, list[Floats]]:
        """Return how many of the first tokens are known, and their keys and values in consecutive parts.

        A part is [2 * layers, heads, tokens, head size]; together they are as long as the match.
        """
        length, _, parts = self._walk(token_ids)
        return length, parts

    def add(self, token_ids: Sequence[int], values: Callable[[int], Floats]) -> None:
        """Remember the keys and values of `token_ids`; `values(n)` makes those from the n-th token on."""
        length, node, _ = self._walk(token_ids)
        if length == len(token_ids):
            return
        if length < self._depth(node):
            node = self._split(node, len(node.token_ids) - (self._depth(node) - length))
        rest = tuple(token_ids[length:])
        self._attach(node, _Node(rest, values(length), node, used=self._clock))
        self._forget()

    def _walk(self, token_ids: Sequence[int]) -> tuple[int, _Node, list[Floats]]:
        """Go down along `token_ids`; the last node may match in part."""
        self._clock += 1
        node, length, parts = self._root, 0, list[Floats]()
        while length < len(token_ids) and (child := node.children.get(token_ids[length])):
            same = _common(child.token_ids, token_ids, length)
            child.used = self._clock
            parts.append(child.values[:, :, :same])
            node, length = child, length + same
            if same < len(child.token_ids):
                break
        return length, node, parts

    def _depth(self, node: _Node) -> int:
        depth = len(node.token_ids)
        while node.parent:
            node = node.parent
            depth += len(node.token_ids)
        return depth

    def _split(self, node: _Node, at: int) -> _Node:
        """Cut a node in two and return the upper one. Copied, so that either half can be freed."""
        parent = node.parent
        assert parent is not None
        upper = _Node(node.token_ids[:at], node.values[:, :, :at].copy(), parent, used=node.used)
        node.token_ids, node.values, node.parent = node.token_ids[at:], node.values[:, :, at:].copy(), upper
        parent.children[upper.token_ids[0]] = upper
        upper.children[node.token_ids[0]] = node
        return upper

    def _attach(self, parent: _Node, node: _Node) -> None:
        parent.children[node.token_ids[0]] = node
        self.bytes += node.values.nbytes

    def _forget(self) -> None:
        if self.bytes <= self._max_bytes:
            return
        for node in sorted(self._ends(), key=lambda end: end.used):
            self._drop(node)
            if self.bytes <= self._max_bytes * LOW_WATER:
                return
        self._forget()

    def _drop(self, node: _Node) -> None:
        assert node.parent is not None
        del node.parent.children[node.token_ids[0]]
        self.bytes -= node.values.nbytes

    def _ends(self) -> list[_Node]:
        ends, nodes = list[_Node](), list(self._root.children.values())
        while nodes:
            node = nodes.pop()
            nodes.extend(node.children.values())
            if not node.children:
                ends.append(node)
        return ends


def _common(ours: tuple[int, ...], theirs: Sequence[int], start: int) -> int:
    """Return how many of our first tokens are theirs from `start` on; the first one is known to be."""
    most = min(len(ours), len(theirs) - start)
    if ours[:most] == tuple(theirs[start : start + most]):
        return most
    return next(place for place in range(most) if ours[place] != theirs[start + place])


LOW_WATER = 0.9
"""Forgetting goes on to this share of the limit, so that it isn't done for every addition."""
