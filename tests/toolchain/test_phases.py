"""The test command itself."""

import signal
import subprocess
import sys

from tests.__main__ import hear_interrupts

CHILD = [sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT))"]


def test_what_tests_start_hears_ctrl_c_also_where_a_shell_started_them_in_the_background() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        hear_interrupts()
        heard = subprocess.run(CHILD, capture_output=True, text=True, check=True).stdout
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == f"{signal.default_int_handler}\n"
