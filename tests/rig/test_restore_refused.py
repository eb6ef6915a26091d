"""Restore never overwrites anything, and says so."""

import asyncio
import os
import sys
from pathlib import Path

from tests.rig.postgres import RigPostgres
from tests.rig.scene import opened
from tests.source import ROOT


async def test_restore_never_overwrites(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, start=False) as scene:
        archive = tmp_path / "hilo.tar"
        await _hilo(scene.hub.folder / "data", scene.database_url, "backup", str(archive))
        said = await _hilo(scene.hub.folder / "data", scene.database_url, "restore", str(archive), code=2)
        assert "is not empty" in said
        said = await _hilo(tmp_path / "other", scene.database_url, "restore", str(archive), code=2)
        assert "the database is not empty" in said
        said = await _hilo(tmp_path / "other", scene.database_url, "backup", str(archive), code=2)
        assert "exists already" in said


async def _hilo(data: Path, database_url: str, *words: str, code: int = 0) -> str:
    settings = {"HILO_DATA": str(data), "HILO_DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HILO_")}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", *words, env={**inherited, **settings}, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == code, said.decode()
    return said.decode()
