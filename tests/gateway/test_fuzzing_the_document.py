"""What our own document says is so: schemathesis tries 2,000 requests; tests/gateway/fuzzing.py tries more."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fuzzing import fuzz


@pytest.mark.timeout(600)
def test_no_request_of_two_thousand_breaks_what_the_document_says():
    report = fuzz(each=12, seed=1)

    assert not report.failed, report.output
    assert report.cases >= 2000
