"""What the Docker engine can do that is deployed to, where that differs by its version."""

import re
import subprocess
from functools import cache

# Engine 25. The provider refuses the setting for an older one.
START_INTERVAL_SINCE = (1, 44)
PATIENCE_SECONDS = 20


@cache
def knows_start_interval() -> bool:
    """Whether health checks can be more frequent until the first success.

    False where no engine answers: it is the first resource that says so.
    """
    asked = ["docker", "version", "--format", "{{.Server.APIVersion}}"]
    try:
        said = subprocess.run(
            asked, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = re.fullmatch(r"(\d+)\.(\d+)\n", said)
    return found is not None and (int(found[1]), int(found[2])) >= START_INTERVAL_SINCE
