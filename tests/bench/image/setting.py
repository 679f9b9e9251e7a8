"""What every benchmark of the image is given."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.image.playwright_harness import Instance
from tests.image.playwright_pages import Pages

BENCH = "image"
POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Setting:
    """The image under test, a folder for secrets, a web server, and how often to measure."""

    image: str
    folder: Path
    pages: Pages
    rounds: int

    def instance(self) -> Instance:
        """An instance that is yet to be started."""
        return Instance(self.image, self.folder)


def seconds_until(happened: Callable[[], bool], began: float, most: float = 60) -> float:
    """Waits for something; returns the seconds since `began`, a time of the monotonic clock."""
    while not happened():
        if time.monotonic() - began > most:
            raise TimeoutError(f"not within {most:g} s: {happened}")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began
