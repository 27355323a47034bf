"""Examples are compared with other libraries, whose first call may take longer than hypothesis allows an example."""

from hypothesis import settings

settings.register_profile("beside other libraries", deadline=None)
settings.load_profile("beside other libraries")
