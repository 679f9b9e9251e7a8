"""`python3 -m toolchain.bases`: see to the base images, telling about it on standard error."""

import sys

from toolchain.bases.ensure import ensure_bases
from toolchain.errors import SetupError


def main() -> int:
    try:
        ensure_bases(lambda line: print(line, file=sys.stderr, flush=True))
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
