"""How long a start may take: by itself, for who waits in a start has no time to import more."""

# Longer than all else is given: where a host starts many at once, each has a small share of it.
START_SECONDS = 120.0
