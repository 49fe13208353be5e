"""The decoder as an ONNX graph with explicit keys and values, under the names of Hugging Face's exports."""

from pathlib import Path

import numpy as np

from its_recipe.graph import Graph
from its_recipe.transformer import EPSILON, Shape, positions

CONTRIB = "com.microsoft"


def export(shape: Shape, offsets: dict[str, int], path: Path) -> None:
    """Write `model.onnx`, whose weights stay in `model.safetensors` beside it."""
    graph = Graph("model.safetensors", offsets)
    ids = graph.input("input_ids", "int64", "batch", "length")
    mask = graph.input("attention_mask", "int64", "batch", "total")
    places = graph.input("position_ids", "int64", "batch", "length")
    graph.output("logits", "batch", "length", shape.vocabulary)
    _rotation(graph, shape)
    embedding = graph.weight("model.embed_tokens.weight", shape.vocabulary, shape.width)
    hidden, bias = graph.node("Gather", embedding, ids), _bias(graph, shape, ids, mask)
    delta = ""
    for index in range(shape.layers):
        hidden, delta = _layer(graph, shape, index, hidden, delta, places, bias)
    normed, _ = _norm(graph, hidden, delta, "model.norm.weight", shape)
    graph.node("MatMul", normed, graph.node("Transpose", embedding, perm=[1, 0]), out="logits")
    graph.save(path, OPSET)


def _rotation(graph: Graph, shape: Shape) -> None:
    angles = positions(shape.context, shape.head)[:, : shape.head // 2].numpy()
    graph.constant("cosine", np.cos(angles))
    graph.constant("sine", np.sin(angles))


def _bias(graph: Graph, shape: Shape, ids: str, mask: str) -> str:
    """Return [batch, 1, length, total]: nothing where a new token may look, a huge negative elsewhere."""
    zero, one = graph.constant("zero", np.array(0)), graph.constant("one", np.array(1))
    length = graph.node("Squeeze", graph.node("Shape", ids, start=1, end=2))
    total = graph.node("Squeeze", graph.node("Shape", mask, start=1, end=2))
    every = graph.node("Range", zero, total, one)
    new = graph.node("Range", graph.node("Sub", total, length), total, one)
    causal = graph.node("LessOrEqual", every, graph.node("Unsqueeze", new, graph.constant("last", np.array([1]))))
    shown = graph.node("Cast", mask, to=9)
    shown = graph.node("Unsqueeze", shown, graph.constant("middle", np.array([1, 2])))
    allowed = graph.node("And", shown, causal)
    free = graph.constant("free", np.array(0, np.float32))
    return graph.node("Where", allowed, free, graph.constant("hidden", np.array(-1e9, np.float32)))


def _norm(graph: Graph, hidden: str, delta: str, weight: str, shape: Shape) -> tuple[str, str]:
    """Add what the last block made to the residual; return the norm of the sum, and the sum."""
    scale = graph.weight(weight, shape.width)
    if not delta:
        return graph.node("SimplifiedLayerNormalization", hidden, scale, epsilon=EPSILON, axis=-1), hidden
    normed, *_, total = graph.nodes_out(
        "SkipSimplifiedLayerNormalization", (hidden, delta, scale), ("", "", "", ""), CONTRIB, epsilon=EPSILON
    )
    return normed, total


def _linear(graph: Graph, hidden: str, weight: str, rows: int, columns: int) -> str:
    return graph.node("MatMul", hidden, graph.node("Transpose", graph.weight(weight, rows, columns), perm=[1, 0]))


def _layer(graph: Graph, shape: Shape, index: int, hidden: str, delta: str, places: str, bias: str) -> tuple[str, str]:
    """Return the residual, and what the feed-forward network adds to it."""
    place = f"model.layers.{index}"
    normed, hidden = _norm(graph, hidden, delta, f"{place}.input_layernorm.weight", shape)
    mixed = _attention(graph, shape, index, normed, places, bias)
    out = _linear(graph, mixed, f"{place}.self_attn.o_proj.weight", shape.width, shape.width)
    normed, hidden = _norm(graph, hidden, out, f"{place}.post_attention_layernorm.weight", shape)
    joined = _linear(graph, normed, f"{place}.mlp.gate_proj.weight", 2 * shape.inner, shape.width)
    gate, up = graph.nodes_out("Split", (joined,), ("", ""), axis=-1, num_outputs=2)
    gate = graph.node("QuickGelu", gate, domain=CONTRIB, alpha=1.0)
    fed = graph.node("Mul", gate, up)
    return hidden, _linear(graph, fed, f"{place}.mlp.down_proj.weight", shape.width, shape.inner)


def _attention(graph: Graph, shape: Shape, index: int, normed: str, places: str, bias: str) -> str:
    place, head = f"model.layers.{index}.self_attn", shape.head
    rows = (shape.heads + 2 * shape.pairs) * head
    joined = _linear(graph, normed, f"{place}.q_proj.weight", rows, shape.width)
    joined = graph.node("Add", joined, graph.weight(f"{place}.q_proj.bias", rows))
    sizes = graph.constant(f"sizes.{index}", np.array([(shape.heads + shape.pairs) * head, shape.pairs * head]))
    turned, values = graph.nodes_out("Split", (joined, sizes), ("", ""), axis=-1)
    turned = graph.node("RotaryEmbedding", turned, places, "cosine", "sine", domain=CONTRIB)
    sizes = graph.constant(f"turned.{index}", np.array([shape.heads * head, shape.pairs * head]))
    queries, keys = graph.nodes_out("Split", (turned, sizes), ("", ""), axis=-1)
    past = [
        graph.input(f"past_key_values.{index}.{kind}", "float", "batch", shape.pairs, "past", head)
        for kind in ("key", "value")
    ]
    present = [
        graph.output(f"present.{index}.{kind}", "batch", shape.pairs, "total", head) for kind in ("key", "value")
    ]
    mixed, *_ = graph.nodes_out(
        "Attention",
        (queries, keys, values, bias, *past),
        ("", *present),
        q_num_heads=shape.heads,
        kv_num_heads=shape.pairs,
    )
    return mixed


OPSET = 23
"""The first opset whose attention groups heads and returns keys and values."""
