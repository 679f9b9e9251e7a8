"""The checker's program: leaves the processor to what is starting, then checks for ever.

What the checker imports, and its first questions, which nobody could answer yet, would take 0.1 s
of the processor from Chromium and Node just when an instance waits for them.
"""

import socket
import time

MCP = ("127.0.0.1", 8080)
POLL_SECONDS = 0.05
# As the checker's own period: a start that hangs is told of as soon as anything else.
MOST_SECONDS = 3.0


def wait(address: tuple[str, int] = MCP, most: float = MOST_SECONDS) -> None:
    """Wait until Playwright MCP listens, the last to be ready, or until it has had long enough."""
    deadline = time.monotonic() + most
    while time.monotonic() < deadline:
        try:
            socket.create_connection(address, most).close()
        except OSError:
            time.sleep(POLL_SECONDS)
        else:
            return


def main() -> None:
    """Wait, then be the checker."""
    wait()
    # Here, for it is this that takes the time.
    from playwright_instance import checker

    checker.run()


if __name__ == "__main__":
    main()
