"""The tables of a report: what each way to solve achieved and cost, and what the same samples give otherwise chosen."""

from collections.abc import Mapping, Sequence

from its_cli.reporting.curves import Curve, Point
from its_cli.reporting.intervals import Estimate, estimate
from its_cli.reporting.results import Results, Way
from its_cli.reporting.table import Table


def measured(results: Results) -> Table:
    """Return what every algorithm achieved at every budget, and how it differs from the first one at the same."""
    base = results.algorithms[0]
    columns = ("algorithm", "budget", "problems", "correct %", "pass@n %", f"vs {base}")
    rows = [_row(results, way, Way(base, way.budget)) for way in results.ways]
    note = (
        "One row for each way to solve, as the system answered, with 95 % bootstrap intervals over the problems; "
        f"differences are in points, problem by problem, from {base} at the same budget; pass@n: a candidate was "
        "right. Tokens are those generated for a problem, rejected ones included; judged are those that reward "
        "models read anew and judges wrote; seconds are those of one request beside the others."
    )
    note += _temperatures(results)
    return Table("What was run", note, (*columns, "tokens", "judged", "seconds"), rows)


def _temperatures(results: Results) -> str:
    """Return a sentence where temperatures differ: then so do the samples themselves, at a budget of 1 already."""
    found = results.temperatures()
    if len(found) == 1:
        return ""
    told = "; ".join(f"{_degree(one)} for {', '.join(names)}" for one, names in found.items())
    return f" Temperatures differ, and with them the samples themselves: {told}. `--temperature` makes them one."


def _degree(temperature: float | None) -> str:
    return "the profile's" if temperature is None else f"{temperature:g}"


def chosen(curves: Mapping[str, Curve]) -> Table:
    """Return what the same samples give, chosen by every rule."""
    points = {name: {point.k: point for point in curve.points} for name, curve in curves.items()}
    rows = [
        _chosen(k, [of.get(k) for of in points.values()]) for k in sorted({k for of in points.values() for k in of})
    ]
    return Table(
        "The same samples, otherwise chosen", _note(curves), ("k", *(f"{n}@k %" for n in curves), "tokens"), rows
    )


def _chosen(k: int, points: Sequence[Point | None]) -> list[str]:
    tokens = next(point.tokens for point in points if point)
    return [str(k), *(_percent(point.accuracy) if point else "" for point in points), f"{tokens:,.0f}"]


def _note(curves: Mapping[str, Curve]) -> str:
    sources = dict.fromkeys(curve.source for curve in curves.values())
    rules = {one: ", ".join(f"{name}@k" for name in curves if curves[name].source == one) for one in sources}
    drawn = "; ".join(f"of {one} for {rules[one]}" for one in sources)
    how = "as self-consistency, best-of-n and weighted best-of-n do, ties included"
    if "maj" in curves and not curves["maj"].exact:
        how += "; except that equal votes draw lots, which self-consistency leaves to confidence where it knows any"
    return (
        "Nothing was asked again: k samples were drawn without replacement, over and over, and chosen from "
        f"{how}. The samples are those {drawn}."
    )


def _row(results: Results, way: Way, base: Way) -> list[str]:
    accuracies = results.accuracies(way)
    passed = results.mean(way, lambda one: any(sample.right for sample in one.pool.samples))
    costs = (
        f"{results.mean(way, lambda one: one.tokens):,.0f}",
        f"{results.mean(way, lambda one: one.judging):,.0f}",
        f"{results.mean(way, lambda one: one.seconds):.2f}",
    )
    shown = (way.algorithm, str(way.budget), str(len(accuracies)))
    return [*shown, _percent(estimate(accuracies)), f"{100 * passed:.1f}", _difference(results, way, base), *costs]


def _difference(results: Results, way: Way, base: Way) -> str:
    """Return the paired difference and its interval; nothing for the base itself, and where it lacks the problems."""
    values = results.differences(way, base) if base in results.rows and way != base else ()
    if not values:
        return ""
    found = estimate(values)
    return f"{100 * found.mean:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"


def _percent(found: Estimate) -> str:
    return f"{100 * found.mean:.1f} ({100 * found.low:.1f}–{100 * found.high:.1f})"
