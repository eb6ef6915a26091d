"""Secrets at rest: sealed under one key, bound to their row, opened by nothing else."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.errors import SetupError
from hub.kernel.secrets import Secrets, read_key

PLACE = "channel/0190"
VALUES = {"password": "hunter2", "port": 993}


@pytest.fixture
def safe() -> Secrets:
    """Under a key of its own."""
    return Secrets(os.urandom(32))


def test_what_was_sealed_opens_in_its_place(safe: Secrets) -> None:
    assert safe.open(safe.seal(VALUES, PLACE), PLACE) == VALUES


def test_nothing_of_it_can_be_read(safe: Secrets) -> None:
    assert b"hunter2" not in safe.seal(VALUES, PLACE)


def test_the_same_sealed_twice_looks_different(safe: Secrets) -> None:
    assert safe.seal(VALUES, PLACE) != safe.seal(VALUES, PLACE)


def test_it_does_not_open_in_another_row(safe: Secrets) -> None:
    with pytest.raises(SetupError, match="channel/0191"):
        safe.open(safe.seal(VALUES, PLACE), "channel/0191")


def test_it_does_not_open_with_another_key(safe: Secrets) -> None:
    with pytest.raises(SetupError, match="restore the key"):
        Secrets(os.urandom(32)).open(safe.seal(VALUES, PLACE), PLACE)


@pytest.mark.parametrize("position", [0, 12, -1])
def test_one_changed_byte_is_noticed(safe: Secrets, position: int) -> None:
    sealed = bytearray(safe.seal(VALUES, PLACE))
    sealed[position] ^= 1
    with pytest.raises(SetupError):
        safe.open(bytes(sealed), PLACE)


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 20])
def test_what_was_never_sealed_is_refused(safe: Secrets, sealed: bytes) -> None:
    with pytest.raises(SetupError):
        safe.open(sealed, PLACE)


def test_keys_for_different_purposes_differ_and_stay(safe: Secrets) -> None:
    assert safe.subkey("mail") == safe.subkey("mail")
    assert len({safe.subkey("mail"), safe.subkey("visitor"), safe.subkey("seal")}) == 3


def test_the_key_is_made_on_the_first_start_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "var" / "key"
    made = read_key(file, {})
    assert read_key(file, {}) == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["key"]


def test_starting_twice_at_once_makes_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: read_key(tmp_path / "key", {}), range(32)))
    assert keys == {(tmp_path / "key").read_bytes()}


def test_the_key_may_come_from_the_environment(tmp_path: Path) -> None:
    assert read_key(tmp_path / "key", {"HILO_KEY": "A" * 43}) == bytes(32)
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize("given", ["short", "A" * 44, "é" * 43, "!" * 43])
def test_a_wrong_key_in_the_environment_is_named_and_not_shown(tmp_path: Path, given: str) -> None:
    with pytest.raises(SetupError, match="HILO_KEY") as caught:
        read_key(tmp_path / "key", {"HILO_KEY": given})
    assert given not in str(caught.value)


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"half")
    with pytest.raises(SetupError, match="key holds 4 bytes; a key has 32"):
        read_key(tmp_path / "key", {})
