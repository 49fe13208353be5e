"""A Qwen2 decoder in PyTorch, with the projections that read the same input joined into one matrix."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention, silu


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a decoder; a head is `width // heads` wide."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    pairs: int
    """Heads of keys and values."""
    inner: int
    context: int = 512

    @property
    def head(self) -> int:
        """The width of a head."""
        return self.width // self.heads


class Attention(nn.Module):
    """Grouped-query attention with rotary positions."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.sizes = [shape.heads * shape.head, shape.pairs * shape.head, shape.pairs * shape.head]
        self.head = shape.head
        self.queries_keys_values = nn.Linear(shape.width, sum(self.sizes))
        self.out = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, hidden: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
        """Attend causally; `hidden` is [batch, length, width]."""
        heads = [
            part.unflatten(-1, (-1, self.head)).transpose(1, 2)
            for part in self.queries_keys_values(hidden).split(self.sizes, dim=-1)
        ]
        queries, keys, values = rotate(heads[0], rotation), rotate(heads[1], rotation), heads[2]
        group = queries.shape[1] // keys.shape[1]
        keys, values = keys.repeat_interleave(group, 1), values.repeat_interleave(group, 1)
        mixed = scaled_dot_product_attention(queries, keys, values, is_causal=True)
        return self.out(mixed.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    """Attention and a gated feed-forward network, each behind a norm and beside the residual."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.before_attention = nn.RMSNorm(shape.width, eps=EPSILON)
        self.attention = Attention(shape)
        self.before_feed = nn.RMSNorm(shape.width, eps=EPSILON)
        self.gate_up = nn.Linear(shape.width, 2 * shape.inner, bias=False)
        self.down = nn.Linear(shape.inner, shape.width, bias=False)

    def forward(self, hidden: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
        """Refine [batch, length, width]."""
        hidden = hidden + self.attention(self.before_attention(hidden), rotation)
        gate, up = self.gate_up(self.before_feed(hidden)).chunk(2, dim=-1)
        return hidden + self.down(silu(gate) * up)


class Decoder(nn.Module):
    """Token ids to the hidden state behind each; `logits` reads the next token from it."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, eps=EPSILON)
        angles = positions(shape.context, shape.head)
        self.register_buffer("cosine", angles.cos(), persistent=False)
        self.register_buffer("sine", angles.sin(), persistent=False)
        self.apply(_initialise)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return [batch, length, width] for ids [batch, length]."""
        length = tokens.shape[1]
        rotation = self.cosine[:length], self.sine[:length]
        hidden = self.embedding(tokens)
        for layer in self.layers:
            hidden = layer(hidden, rotation)
        return self.norm(hidden)

    def logits(self, hidden: Tensor) -> Tensor:
        """Return [..., vocabulary]; the output shares its matrix with the embedding."""
        return linear(hidden, self.embedding.weight)


def positions(context: int, head: int) -> Tensor:
    """Return the angles [context, head] by which a head is turned at each position."""
    rates = THETA ** (-torch.arange(0, head, 2, dtype=torch.float64) / head)
    return torch.outer(torch.arange(context, dtype=torch.float64), rates).repeat(1, 2).float()


def rotate(heads: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Turn [batch, heads, length, head] by its positions, the first half against the second."""
    cosine, sine = rotation
    first, second = heads.chunk(2, dim=-1)
    return heads * cosine + torch.cat((-second, first), dim=-1) * sine


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.05 if isinstance(module, nn.Linear) else 0.02 * 2)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)


EPSILON = 1e-6
THETA = 10_000.0
