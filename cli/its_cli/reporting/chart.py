"""A chart: a figure as SVG whose colours follow the reader's light or dark mode, alone or inside a page."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from its_cli.reporting.figures import Figure, Line
from its_cli.reporting.front import Spot, front
from its_cli.reporting.scale import Linear, Logarithmic, around, down_to

WIDTH, HEIGHT = 860, 440
LEFT, RIGHT, TOP, BOTTOM = 56, 230, 40, 52
COLOURS = 7
"""Kinds of `.c0`, `.c1` … in STYLE; the eighth line takes the first colour again, and another dash."""


def chart(figure: Figure) -> str:
    """Return the figure as an SVG document: lines with intervals, the Pareto front beneath, and a legend."""
    spots = [spot for line in figure.lines for spot in line.spots]
    across = around([spot.cost for spot in spots], LEFT, WIDTH - RIGHT)
    up = down_to(min(spot.accuracy.low for spot in spots), HEIGHT - BOTTOM, TOP)
    height = max(HEIGHT, TOP + 20 * (len(figure.lines) + 2))  # a long legend makes it taller
    svg = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {height}", "role": "img"})
    SubElement(svg, "title").text = f"{figure.title}, with 95 % intervals and the Pareto front"
    SubElement(svg, "style").text = STYLE
    _text(svg, LEFT, TOP - 16, figure.title, "title")
    _axes(svg, figure, across, up)
    _front(svg, figure.lines, across, up)
    for place, line in enumerate(figure.lines):
        _line(svg, line, place, across, up)
        _legend(svg, line.name, line, place)
    _legend(svg, "Pareto front", None, len(figure.lines))
    return tostring(svg, encoding="unicode")


def _axes(svg: Element, figure: Figure, across: Logarithmic, up: Linear) -> None:
    for tick in up.ticks():
        _shape(svg, f"M{LEFT} {up(tick):.1f}H{WIDTH - RIGHT}", "grid")
        _text(svg, LEFT - 8, up(tick) + 4, f"{100 * tick:.0f} %", "end")
    for tick in across.ticks():
        _shape(svg, f"M{across(tick):.1f} {HEIGHT - BOTTOM}v5", "axis")
        _text(svg, across(tick), HEIGHT - BOTTOM + 20, f"{tick:,g}", "middle")
    _shape(svg, f"M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}", "axis")
    _text(svg, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, figure.cost, "middle")


def _front(svg: Element, lines: Sequence[Line], across: Logarithmic, up: Linear) -> None:
    best = front([spot for line in lines if not line.bound for spot in line.spots])
    _shape(svg, _path(best, across, up), "front")


def _line(svg: Element, line: Line, place: int, across: Logarithmic, up: Linear) -> None:
    group = SubElement(svg, "g", {"class": _look(line, place)})
    _shape(group, _path(line.spots, across, up), "line")
    for spot in [] if line.bound else line.spots:
        _spot(group, spot, across, up)


def _spot(group: Element, spot: Spot, across: Logarithmic, up: Linear) -> None:
    x, found = across(spot.cost), spot.accuracy
    # Wide whiskers tell less than they hide, so they are thin, and what they say stands in the tip as well.
    _shape(group, f"M{x:.1f} {up(found.low):.1f}V{up(found.high):.1f}", "whisker")
    mark = SubElement(group, "circle", {"cx": f"{x:.1f}", "cy": f"{up(found.mean):.1f}", "r": "4"})
    said = f"{100 * found.mean:.1f} % ({100 * found.low:.1f}–{100 * found.high:.1f}) at {spot.cost:,.4g}"
    SubElement(mark, "title").text = f"{spot.label}: {said}"


def _legend(svg: Element, name: str, line: Line | None, place: int) -> None:
    x, y = WIDTH - RIGHT + 20, TOP + 10 + 20 * place
    group = SubElement(svg, "g", {"class": _look(line, place)} if line else {})
    _shape(group, f"M{x} {y}h24", "line" if line else "front")
    if line and not line.bound:
        SubElement(group, "circle", {"cx": f"{x + 12}", "cy": f"{y}", "r": "4"})
    _text(svg, x + 32, y + 4, name, "")


def _look(line: Line, place: int) -> str:
    return "bound" if line.bound else f"c{place % COLOURS} d{place // COLOURS % 3}"


def _path(spots: Sequence[Spot], across: Logarithmic, up: Linear) -> str:
    return "M" + "L".join(f"{across(spot.cost):.1f} {up(spot.accuracy.mean):.1f}" for spot in spots)


def _shape(parent: Element, path: str, look: str) -> None:
    SubElement(parent, "path", {"d": path, "class": look})


def _text(parent: Element, x: float, y: float, text: str, look: str) -> None:
    SubElement(parent, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "class": look}).text = text


# Colours of Okabe and Ito, which people with any kind of colour blindness tell apart: https://jfly.uni-koeln.de/color/
STYLE = """
svg { color-scheme: light dark; font: 13px system-ui, sans-serif; --ink: #222; --faint: #ddd; --front: #f0d54a }
@media (prefers-color-scheme: dark) { svg { --ink: #ddd; --faint: #3a3a3a; --front: #6b5c10 } }
text { fill: var(--ink) } .title { font-size: 16px; font-weight: 600 } .end { text-anchor: end }
.middle { text-anchor: middle } path { fill: none } .grid { stroke: var(--faint) } .axis { stroke: var(--ink) }
.front { stroke: var(--front); stroke-width: 9; stroke-linejoin: round; stroke-linecap: round }
.line { stroke: var(--c); stroke-width: 2 } .whisker { stroke: var(--c); opacity: .5 } circle { fill: var(--c) }
.bound { --c: var(--ink) } .bound .line { stroke-dasharray: 1 4; stroke-linecap: round }
.d1 .line { stroke-dasharray: 8 4 } .d2 .line { stroke-dasharray: 3 3 }
.c0 { --c: #0072b2 } .c1 { --c: #d55e00 } .c2 { --c: #009e73 } .c3 { --c: #cc79a7 } .c4 { --c: #56b4e9 }
.c5 { --c: #a6761d } .c6 { --c: #7b61c9 }
"""
