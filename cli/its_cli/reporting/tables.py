"""The tables of a report: what each way to solve achieved and cost, and what the same samples give otherwise chosen."""

from its_cli.reporting.curves import Curves
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
    return Table("What was run", note, (*columns, "tokens", "judged", "seconds"), rows)


def chosen(curves: Curves) -> Table:
    """Return what the same samples give, chosen by every rule."""
    names = list(curves.rules)
    columns = ["k", *(f"{name}@k %" for name in names), "tokens"]
    rows: list[list[str]] = []
    for points in zip(*curves.rules.values(), strict=True):
        cells = [_percent(point.accuracy) for point in points]
        rows.append([str(points[0].k), *cells, f"{points[0].tokens:,.0f}"])
    note = (
        f"Nothing was asked again: k of the samples of {curves.source} were drawn without replacement, over and over, "
        "and chosen from. Of equal votes or scores, each wins as often as the others; self-consistency does better "
        "than maj@k where confidence breaks its ties."
    )
    return Table("The same samples, otherwise chosen", note, columns, rows)


def _row(results: Results, way: Way, base: Way) -> list[str]:
    accuracies = results.accuracies(way)
    passed = results.mean(way, lambda one: any(sample.right for sample in one.samples))
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
