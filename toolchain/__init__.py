"""Sets up a machine: Docker engine, Python environment, Pulumi's tools, base images.

Standard library only: it runs before any of them is there.
"""

import sys

OLDEST = (3, 11)

# Here, in what any Python 3 can read: an older one does not get through the modules.
if sys.version_info < OLDEST:
    sys.exit(
        f"error: Python 3.11 or later is needed; {sys.executable} is {sys.version.split()[0]}\n"
        "  → install a newer python3, and see that it stands first on PATH"
    )
