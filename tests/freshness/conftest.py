"""All programs that take part in a freshness test, started once."""

from collections.abc import Iterator

import pytest

from freshness.actors import Actors
from interop.peer import running_peer


@pytest.fixture(scope="session")
def actors() -> Iterator[Actors]:
    """Return the objects, processes and the released peer that look at projects and change them."""
    for peer in running_peer():
        everyone = Actors(peer)
        yield everyone
        everyone.close()
