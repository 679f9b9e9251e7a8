"""Looks for labels by which images would tell Traefik something.

Reads `[[name, image id], …]` on stdin. Exit status 1 and a report on stderr where an image has
some, or where they could not be looked at.
"""

import json
import subprocess
import sys

# Traefik reads names of labels in any case.
PREFIX = "traefik."
LONGEST = 80


def main() -> int:
    images = json.load(sys.stdin)
    shown = "{{json .Config.Labels}}"
    asked = ["docker", "image", "inspect", "--format", shown, *(id_ for _, id_ in images)]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        sys.exit(
            f"the labels of images could not be looked at: {answer.stderr.strip()}\n"
            "  → mend what it names and run the update again"
        )
    found = False
    for (name, _), line in zip(images, answer.stdout.splitlines(), strict=True):
        for label in sorted(told_to_traefik(json.loads(line) or {})):
            found = True
            print(
                f"the image {name} carries the label {label[:LONGEST]!r}, by which it would tell "
                "Traefik whom to serve past the gate\n"
                "  → name an image that has no label of Traefik's, or build one without it",
                file=sys.stderr,
            )
    return 1 if found else 0


def told_to_traefik(labels: dict[str, str]) -> set[str]:
    return {label for label in labels if label.lower().startswith(PREFIX)}


sys.exit(main())
