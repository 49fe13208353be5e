"""The page of a report: tables and charts in one HTML file that asks nobody for anything."""

from collections.abc import Sequence
from html import escape
from string import Template

from its_cli.reporting.table import Table


def page(title: str, source: str, tables: Sequence[Table], charts: Sequence[str]) -> str:
    """Return the page.

    Args:
        title: its heading.
        source: how the figures came about.
        tables: the tables, which stand below the charts.
        charts: SVG documents.
    """
    figures = "\n".join(f"<figure>{one}</figure>" for one in charts)
    sections = "\n".join(table.html() for table in tables)
    return PAGE.substitute(title=escape(title), source=escape(source), charts=figures, tables=sections)


PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>$title</title>
<style>
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 980px; margin: 2rem auto; padding: 0 1rem }
figure { margin: 1rem 0; overflow-x: auto } figure svg { width: 100%; min-width: 620px }
.wide { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap }
th, td { text-align: right; padding: .25rem .7rem; border-bottom: 1px solid #8884 }
th:first-child, td:first-child { text-align: left } pre { white-space: pre-wrap; overflow-wrap: anywhere }
</style>
<h1>$title</h1>
<pre>$source</pre>
$charts
$tables
</html>
""")
