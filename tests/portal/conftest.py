"""The stage that most tests of the portal play on."""

from collections.abc import Iterator

import pytest

from tests.portal.stage import Stage, all_well, stage
from tests.waiting import until


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A portal that runs, with everything around it."""
    with stage(tmp_path_factory.mktemp("portal"), 90) as made:
        yield made


@pytest.fixture
def portal(running: Stage) -> Stage:
    """The same, with everything as it should be, and seen to be so."""
    running.engine.containers = all_well()
    running.write()
    until(lambda: "all is well" in running.get("/").text, 10, "the last test is still seen")
    return running
