"""Fixtures that every test may ask for."""

from hypothesis import settings

pytest_plugins = ["tests.servers.fixtures", "tests.servers.databases"]

# A busy machine is slow, not wrong; what takes long is shown in benchmarks/.
settings.register_profile("desk", deadline=None)
settings.load_profile("desk")
