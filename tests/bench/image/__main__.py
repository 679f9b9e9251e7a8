"""`python -m tests.bench.image`: the speed, healing, cost and size of the Playwright instance."""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench.image import calls, density, fleet, healing, pages, size, starting
from tests.bench.image.setting import Setting
from tests.image.playwright_image import build_image, sweep
from tests.image.playwright_pages import Pages

FIGURES: dict[str, Callable[[Setting], None]] = {
    "start": starting.measure,
    "calls": calls.measure,
    "healing": healing.measure,
    "pages": pages.measure,
    "idle": fleet.measure,
    "density": density.measure,
    "size": size.measure,
}


def main() -> None:
    """Prints one JSON object for each figure."""
    parser = argparse.ArgumentParser(prog="make bench-image")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", choices=FIGURES, nargs="+", default=list(FIGURES))
    options = parser.parse_args()
    if options.rounds < 2:
        parser.error("--rounds: expected 2 or more, since one round has no quantiles")
    sweep()
    scratch = tempfile.TemporaryDirectory(prefix="mcpier-bench-")
    with scratch as folder, Pages() as served:
        setting = Setting(build_image(), Path(folder), served, options.rounds)
        for name in options.only:
            FIGURES[name](setting)


main()
