"""What holds for all tests: none fails because the machine is busy."""

from hypothesis import settings

settings.register_profile("its", deadline=None)
settings.load_profile("its")
