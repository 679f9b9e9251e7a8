"""How large the image is."""

import json
import subprocess

from tests.bench.figures import figure
from tests.bench.image.setting import BENCH, Setting
from tests.image.playwright_image import BASE, docker

MIB = 1 << 20
MB = 1_000_000


def measure(setting: Setting) -> None:
    """Unpacked as the engine counts it; compressed as `docker save | gzip` makes it."""
    unpacked, base = _unpacked(setting.image), _unpacked(BASE)
    figure(BENCH, "image, unpacked", [unpacked / MB], "MB")
    figure(BENCH, "image, unpacked, over its base", [(unpacked - base) / MB], "MB")
    figure(BENCH, "image, gzip", [_compressed(setting.image) / MIB], "MiB")


def _unpacked(image: str) -> int:
    return int(json.loads(docker("image", "inspect", image))[0]["Size"])


def _compressed(image: str) -> int:
    with subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE) as saved:
        packed = subprocess.run("gzip | wc -c", shell=True, stdin=saved.stdout, capture_output=True)
    return int(packed.stdout)
