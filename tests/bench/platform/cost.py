"""What each program of a deploy costs: seconds of processor time, seen while it runs."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psutil

SAMPLE_SECONDS = 0.1
# By what is found in a command line; the first counts.
PARTS = {
    "pulumi-resource-docker": "Docker provider",
    "pulumi-resource-command": "Command provider and its commands",
    "components/scripts/": "Command provider and its commands",
    "docker run": "Command provider and its commands",
    "-use-executor": "language host",
    "pulumi-language-python-exec": "program",
    "pulumi-language-python": "language host",
    "pulumi ": "Pulumi's engine",
}


@contextmanager
def cost_of_parts() -> Iterator[Mapping[str, float]]:
    """Filled at the end with the processor seconds of this process's descendants, by part.

    A process is seen from its first sample to its last: the very short ones are not.
    """
    spent: dict[tuple[int, float], tuple[str, float]] = {}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            for process in psutil.Process().children(recursive=True):
                try:
                    line, times = " ".join(process.cmdline()), process.cpu_times()
                    key = (process.pid, process.create_time())
                except psutil.Error:
                    continue
                spent[key] = (_part(line), times.user + times.system)

    found: dict[str, float] = defaultdict(float)
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()
        for part, seconds in spent.values():
            found[part] += seconds


def _part(line: str) -> str:
    return next((part for mark, part in PARTS.items() if mark in line), "others")
