"""What holds for all tests: none fails because the machine is busy, and calls travel as they do below `its up`."""

import os

from hypothesis import settings

from its_runtime.transport import TRANSPORT

os.environ.update(TRANSPORT)  # before anything imports gRPC
settings.register_profile("its", deadline=None)
settings.load_profile("its")
