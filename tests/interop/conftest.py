"""The released peer, started once for the tests of this directory."""

from collections.abc import Iterator

import pytest

from interop.peer import Peer, running_peer


@pytest.fixture(scope="session")
def peer() -> Iterator[Peer]:
    yield from running_peer()
