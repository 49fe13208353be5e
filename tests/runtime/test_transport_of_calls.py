"""The transport that we choose is one that gRPC still has."""

import os
import subprocess
import sys

from its_runtime.transport import TRANSPORT

CALL = "import grpc; grpc.insecure_channel('127.0.0.1:1').close()"


def test_grpc_knows_every_word_of_our_choice():
    started = subprocess.run(
        [sys.executable, "-c", CALL], env=os.environ | TRANSPORT, capture_output=True, text=True, check=True
    )

    assert started.stderr == ""


def test_grpc_tells_of_a_word_that_it_does_not_know():
    environment = os.environ | {"GRPC_EXPERIMENTS": "-no_such_thing"}
    started = subprocess.run([sys.executable, "-c", CALL], env=environment, capture_output=True, text=True, check=True)

    assert "no_such_thing" in started.stderr
