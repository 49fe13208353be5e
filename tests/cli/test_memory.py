"""Memory is what the system says it is."""

import os
import sys

import psutil
import pytest

from its_cli.memory import resident_bytes


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_the_memory_of_a_process_is_about_what_others_say():
    assert resident_bytes([os.getpid()]) == pytest.approx(psutil.Process().memory_info().rss, rel=0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_memory_adds_up():
    one = resident_bytes([os.getpid()])

    assert one
    assert resident_bytes([os.getpid(), os.getpid()]) == pytest.approx(2 * one, rel=0.1)


def test_a_process_that_is_gone_leaves_it_unknown():
    assert resident_bytes([2**22 + 1]) is None
