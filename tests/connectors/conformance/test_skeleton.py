"""`hilo connector new` writes a connector that keeps every rule at once."""

from pathlib import Path

import pytest

from connectors.conformance.skeleton import write_skeleton
from connectors.conformance.subject import Unfit, in_folder
from tests.connectors.conformance.world import broken, verdicts


async def test_a_new_connector_keeps_every_rule(tmp_path: Path) -> None:
    folder = write_skeleton("cuckoo", tmp_path)
    assert "parrot" not in " ".join(one.read_text().lower() for one in folder.rglob("*") if one.is_file())
    assert broken(await verdicts(in_folder(folder / "hilo_cuckoo"))) == {}


@pytest.mark.parametrize(("name", "says"), [("Cuckoo", "small letters"), ("email", "already"), ("../x", "small letters")])
def test_a_name_that_cannot_be_is_refused(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(Unfit, match=says):
        write_skeleton(name, tmp_path)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    write_skeleton("cuckoo", tmp_path)
    with pytest.raises(Unfit, match="is there already"):
        write_skeleton("cuckoo", tmp_path)
