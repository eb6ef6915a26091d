"""The spool: what was acknowledged is there after any crash, in its order; what was not does no harm."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from hub.kernel.spool import Spool, SpoolFull
from hub.kernel.spool_records import Spooled

LIMIT = 1024 * 1024


def record(number: int) -> Spooled:
    return Spooled("channel", "message", f"m{number}", b"body", {})


def only(folder: Path, names: str) -> Path:
    (file,) = folder.glob(names)
    return file


async def drained(spool: Spool) -> list[str]:
    """The names of all records, as they come out."""
    names: list[str] = []

    async def take(records: Sequence[Spooled]) -> None:
        names.extend(one.external_id for one in records)

    await spool.drain(take)
    return names


async def test_records_come_out_in_their_order_and_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path, LIMIT)
    for number in range(5):
        await spool.append(record(number))
    assert await drained(spool) == ["m0", "m1", "m2", "m3", "m4"]
    assert await drained(spool) == []
    assert (spool.pending, spool.size) == (False, 0)


async def test_what_is_appended_after_a_restart_comes_after_what_was_there(tmp_path: Path) -> None:
    first = Spool(tmp_path, LIMIT)
    await first.append(record(0))
    assert await drained(first) == ["m0"]
    await first.append(record(1))  # in a second file
    again = Spool(tmp_path, LIMIT)
    await again.append(record(2))
    assert await drained(again) == ["m1", "m2"]


async def test_a_record_cut_off_by_a_crash_costs_none_that_come_later(tmp_path: Path) -> None:
    before = Spool(tmp_path, LIMIT)
    await before.append(record(0))
    file = only(tmp_path, "*.spool")
    whole = file.read_bytes()
    file.write_bytes(whole + whole[: len(whole) // 2])
    after = Spool(tmp_path, LIMIT)
    await after.append(record(1))
    assert await drained(after) == ["m0", "m1"]
    assert after.size == 0


async def test_a_record_damaged_in_the_middle_costs_none_behind_it_and_the_file_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path, LIMIT)
    for number in range(4):
        await spool.append(record(number))
    file = only(tmp_path, "*.spool")
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"m1", b"mX"))
    assert await drained(spool) == ["m0", "m2", "m3"]
    kept = only(tmp_path, "*.damaged")
    assert kept.read_bytes() == whole.replace(b"m1", b"mX")
    assert (spool.size, spool.pending, spool.damaged) == (0, False, 1)
    assert "damaged records" in caplog.text
    assert (Spool(tmp_path, LIMIT).damaged, await drained(Spool(tmp_path, LIMIT))) == (1, [])


@pytest.mark.parametrize("at", [0, 3, 8, 11, 14])
async def test_whatever_byte_of_a_records_head_is_damaged_the_next_one_is_found(tmp_path: Path, at: int) -> None:
    spool = Spool(tmp_path, LIMIT)
    for number in range(3):
        await spool.append(record(number))
    file = only(tmp_path, "*.spool")
    data = bytearray(file.read_bytes())
    data[len(data) // 3 + at] ^= 0xFF
    file.write_bytes(data)
    assert await drained(spool) == ["m0", "m2"]
    assert spool.damaged == 1


async def test_the_last_record_with_its_whole_length_and_wrong_bytes_is_damage_and_no_crash(tmp_path: Path) -> None:
    spool = Spool(tmp_path, LIMIT)
    await spool.append(record(0))
    file = only(tmp_path, "*.spool")
    file.write_bytes(file.read_bytes().replace(b"m0", b"mX"))
    assert await drained(spool) == []
    assert spool.damaged == 1


async def test_what_is_appended_while_a_file_is_removed_counts(tmp_path: Path) -> None:
    spool = Spool(tmp_path, LIMIT)
    await spool.append(record(0))
    late: list[asyncio.Task[None]] = []

    async def take(records: Sequence[Spooled]) -> None:
        if not late:
            late.append(asyncio.create_task(spool.append(record(1))))

    assert await spool.drain(take) == 2
    await late[0]
    assert (spool.size, spool.pending) == (0, False)


async def test_a_drain_that_was_interrupted_is_done_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path, LIMIT)
    for number in range(3):
        await spool.append(record(number))

    async def fail(records: Sequence[Spooled]) -> None:
        raise ConnectionError("the database is away again")

    with pytest.raises(ConnectionError):
        await spool.drain(fail)
    assert spool.pending
    assert await drained(spool) == ["m0", "m1", "m2"]


async def test_what_comes_during_a_drain_keeps_the_spool_pending(tmp_path: Path) -> None:
    spool = Spool(tmp_path, LIMIT)
    await spool.append(record(0))
    late: list[asyncio.Task[None]] = []

    async def take(records: Sequence[Spooled]) -> None:
        if records[0].external_id == "m0":
            late.append(asyncio.create_task(spool.append(record(1))))
            await late[0]
            assert spool.pending

    assert await spool.drain(take) == 2
    assert spool.size == 0


async def test_a_full_spool_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 200)
    await spool.append(record(0))
    with pytest.raises(SpoolFull):
        await spool.append(Spooled("channel", "message", "large", b"x" * 200, {}))
    assert await drained(spool) == ["m0"]


async def test_whoever_stops_waiting_does_not_stop_those_who_share_the_sync(tmp_path: Path) -> None:
    spool = Spool(tmp_path, LIMIT)
    impatient = asyncio.create_task(spool.append(record(0)))
    patient = asyncio.create_task(spool.append(record(1)))
    await asyncio.sleep(0)  # both have handed over what they have
    impatient.cancel()
    async with asyncio.timeout(5):
        await patient
    assert await drained(spool) == ["m0", "m1"]
