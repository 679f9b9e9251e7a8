"""The one exception whose text is meant for the user."""


class HostError(Exception):
    """A request that cannot be served; `str()` says what, and what to do next."""
