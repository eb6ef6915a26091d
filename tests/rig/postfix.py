"""A real Postfix for a test, with a port and a queue of its own. What it takes goes on to ports of this machine and nowhere else."""

import os
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rig.ports import free_port

PROGRAM = "/usr/sbin/postfix"
SIZE_LIMIT = 200_000
"""Bytes of a mail that it takes."""
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/state
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log/mail
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example
mydestination =
local_transport = error:nobody lives here
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{onward}
transport_maps = inline:{{ {{ demo.example = smtp:[127.0.0.1]:{back} }} }}
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtputf8_enable = yes
message_size_limit = {limit}
minimal_backoff_time = 2s
maximal_backoff_time = 2s
queue_run_delay = 2s
bounce_queue_lifetime = 1h
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/access, permit_mynetworks, reject
max_use = 1
smtpd_tls_security_level = {tls}
{certificate}
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """The server. `onward`: the port to which all mail goes but that to demo.example, which comes `back` to the hub's."""

    folder: Path
    port: int
    onward: int
    back: int

    def judge(self, answers: Mapping[str, str]) -> None:
        """What it answers from the next conversation on when these recipients are named, such as `450 4.2.0 later`."""
        (self.folder / "access").write_text("".join(f"{address} {answer}\n" for address, answer in answers.items()))

    def start(self) -> None:
        """Raises RuntimeError when it does not begin to answer."""
        self._run("start")
        end = time.monotonic() + 20
        while True:
            try:
                with smtplib.SMTP("127.0.0.1", self.port, timeout=5):
                    return
            except (OSError, smtplib.SMTPException):
                if time.monotonic() > end:
                    raise RuntimeError(f"Postfix does not start: {self.log()}") from None
                time.sleep(0.05)

    def stop(self) -> None:
        """At once. Its queue stays."""
        self._run("abort")

    def log(self) -> str:
        """What it wrote down."""
        log = self.folder / "log/mail"
        return log.read_text(errors="replace") if log.exists() else ""

    def _run(self, word: str) -> None:
        done = subprocess.run([PROGRAM, "-c", str(self.folder), word], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"postfix {word}: {done.stdout}{done.stderr}{self.log()}")


@contextmanager
def postfix(*, onward: int, back: int = 9, certificate: tuple[Path, Path] | None = None) -> Iterator[Postfix]:
    """A server as long as the block runs. `certificate`: files of a certificate and its key, for STARTTLS."""
    if not Path(PROGRAM).exists():
        raise RuntimeError("postfix is not installed: .ci/system-packages installs it")
    if os.getuid() != 0:
        raise RuntimeError("Postfix starts as root alone, since it gives each of its programs another user")
    folder = Path(tempfile.mkdtemp(prefix="hilo-postfix-", dir="/tmp"))  # a short path, which everybody may walk
    folder.chmod(0o755)
    server = Postfix(folder, free_port(), onward, back)
    _lay_out(server, certificate)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out(server: Postfix, certificate: tuple[Path, Path] | None) -> None:
    for name in ("queue", "state", "log"):
        (server.folder / name).mkdir()
    shutil.chown(server.folder / "state", "postfix")
    server.judge({})
    daemons = next(one for one in ("/usr/lib/postfix/sbin", "/usr/libexec/postfix") if Path(one).is_dir())
    files = f"smtpd_tls_cert_file = {certificate[0]}\nsmtpd_tls_key_file = {certificate[1]}" if certificate else ""
    given = MAIN.format(
        folder=server.folder,
        daemons=daemons,
        onward=server.onward,
        back=server.back,
        limit=SIZE_LIMIT,
        tls="may" if certificate else "none",
        certificate=files,
    )
    (server.folder / "main.cf").write_text(given)
    (server.folder / "master.cf").write_text(MASTER.format(port=server.port))
