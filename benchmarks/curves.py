"""Curves: one small SVG with a panel for each value of one variable, on logarithmic axes, for light and dark."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00")
"""Okabe and Ito's, which colour-blind people tell apart."""
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 300, 260, 52, 14, 34, 42

Line = Mapping[float, float]


@dataclass(frozen=True)
class Panel:
    """Lines over one variable."""

    title: str
    lines: Mapping[str, Line]


def draw(path: Path, across: str, up: str, panels: Sequence[Panel]) -> None:
    """Write the panels beside each other; all have the same axes, `across` and `up` are their names."""
    points = [point for panel in panels for line in panel.lines.values() for point in line.items()]
    axes = Axes.over([x for x, _ in points], [y for _, y in points])
    body = [one for place, panel in enumerate(panels) for one in _panel(panel, axes, place * WIDTH, across, up)]
    size = f'width="{WIDTH * len(panels)}" height="{HEIGHT}" viewBox="0 0 {WIDTH * len(panels)} {HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11" fill="#777">'
    path.write_text("\n".join([head, *body, "</svg>"]) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Axes:
    """Where values stand, from the least power of two across, and of ten up."""

    x: tuple[int, int]
    y: tuple[int, int]

    @classmethod
    def over(cls, across: Sequence[float], up: Sequence[float]) -> "Axes":
        """Return axes that all these values fit on."""
        return cls(_span(math.log2, across), _span(math.log10, up))

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point in its panel."""
        right = (math.log2(x) - self.x[0]) / (self.x[1] - self.x[0])
        above = (math.log10(y) - self.y[0]) / (self.y[1] - self.y[0])
        return LEFT + right * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - above * (HEIGHT - TOP - BOTTOM)


def _span(log, values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(log(min(values))), math.ceil(log(max(values)))
    return low, max(high, low + 1)


def _panel(panel: Panel, axes: Axes, shift: int, across: str, up: str) -> list[str]:
    lines = [_line(line, axes, COLOURS[place % len(COLOURS)]) for place, line in enumerate(panel.lines.values())]
    return [
        f'<g transform="translate({shift})">',
        _text(WIDTH / 2, 14, panel.title, 'text-anchor="middle" font-weight="bold"'),
        _text(WIDTH / 2, HEIGHT - 6, across, 'text-anchor="middle"'),
        _text(4, TOP - 6, up),
        *_grid(axes),
        *lines,
        *(_name(name, place) for place, name in enumerate(panel.lines)),
        "</g>",
    ]


def _grid(axes: Axes) -> list[str]:
    marks: list[str] = []
    for power in range(axes.x[0], axes.x[1] + 1):
        x, y = axes.place(2**power, 10 ** axes.y[0])
        marks += [_rule(x, y, x, TOP), _text(x, y + 14, f"{2**power:g}", 'text-anchor="middle"')]
    for power in range(axes.y[0], axes.y[1] + 1):
        x, y = axes.place(2 ** axes.x[0], 10**power)
        marks += [_rule(x, y, WIDTH - RIGHT, y), _text(x - 4, y + 4, f"{10**power:g}", 'text-anchor="end"')]
    return marks


def _line(line: Line, axes: Axes, colour: str) -> str:
    places = [axes.place(x, y) for x, y in sorted(line.items())]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in places)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>{dots}'


def _name(name: str, place: int) -> str:
    colour = COLOURS[place % len(COLOURS)]
    return _text(LEFT + 6, TOP + 12 + 13 * place, name, f'fill="{colour}"')


def _rule(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="#8884" fill="none"/>'


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'
