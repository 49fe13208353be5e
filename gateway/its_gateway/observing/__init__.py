"""What a gateway shows of runs: their traces, what evaluations of many came to, and a page that draws them."""

from its_gateway.observing.pages import PAGE, Pages
from its_gateway.observing.reports import Reports
from its_gateway.observing.traces import Traces

__all__ = ["PAGE", "Pages", "Reports", "Traces"]
