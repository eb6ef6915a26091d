"""One Dovecot for all tests of this folder; every test has a mailbox of its own."""

from collections.abc import Iterator

import pytest

from tests.rig.dovecot import Dovecot, dovecot


@pytest.fixture(scope="package")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running
