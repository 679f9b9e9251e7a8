"""What most tests of the components look at: the record of one stack."""

import pytest

from tests.components.recording import Recording, declare


@pytest.fixture(scope="session")
def recording() -> Recording:
    """`STACK` as a first deploy declares it."""
    return declare()
