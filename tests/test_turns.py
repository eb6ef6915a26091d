"""Tests that measure time have the machine for themselves; all others run beside each other."""

import fcntl
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.rig.waiting import eventually
from tests.turns import turn

PATIENCE_S = 20.0


class House:
    """A door and a room of their own: those of this run are in use."""

    def __init__(self, folder: Path) -> None:
        self.door, self.room = folder / "door", folder / "room"
        self.door.touch()
        self.room.touch()

    async def somebody_waits(self) -> bool:
        """Whether the door is held by one who waits for the room."""
        with self.door.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False


class Guest:
    """One test in a thread of its own: in its turn until it is let go."""

    def __init__(self, house: House, *, alone: bool) -> None:
        self._house, self._alone = house, alone
        self._inside, self._let_go = Event(), Event()
        self._thread = Thread(target=self._stay)
        self._thread.start()

    @property
    def inside(self) -> bool:
        return self._inside.is_set()

    def arrives(self) -> bool:
        """Wait until it is inside."""
        return self._inside.wait(PATIENCE_S)

    def leave(self) -> None:
        """Let it go, and wait until it has gone."""
        self._let_go.set()
        self._thread.join(PATIENCE_S)

    def _stay(self) -> None:
        with turn(alone=self._alone, door=self._house.door, room=self._house.room):
            self._inside.set()
            self._let_go.wait(PATIENCE_S)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_two_that_measure_nothing_run_beside_each_other(house: House) -> None:
    first, second = Guest(house, alone=False), Guest(house, alone=False)
    assert first.arrives()
    assert second.arrives()
    first.leave()
    second.leave()


async def test_one_that_measures_time_waits_until_the_others_have_gone_and_lets_nobody_in(house: House) -> None:
    other = Guest(house, alone=False)
    assert other.arrives()
    alone = Guest(house, alone=True)
    await eventually(house.somebody_waits, what="the one that measures waits")
    late = Guest(house, alone=False)
    assert not alone.inside
    other.leave()
    assert alone.arrives()
    assert not late.inside
    alone.leave()
    assert late.arrives()
    late.leave()
