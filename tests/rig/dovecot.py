"""A real Dovecot for a test: unprivileged, on ports of its own, with mailboxes that come into being when somebody writes to them."""

import itertools
import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rig.ports import free_port

PASSWORD = "a-pässword"
PROGRAMS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_uid = {user}
mail_gid = {group}
mail_home = {folder}/mail/%u
mail_location = maildir:~/Maildir
mail_plugins = quota
mail_fsync = never
disable_plaintext_auth = no
auth_mechanisms = plain login {mechanisms}
ssl = {ssl}
{certificate}
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
imap_idle_notify_interval = 20 secs
{passdb}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u allow_all_users=yes
}}
plugin {{
  quota = maildir:User quota
  quota_rule = *:storage=100M
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
}}
protocol imap {{
  mail_plugins = quota imap_quota
  imap_capability = {capability}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
  }}
}}
service imap-urlauth-login {{
  chroot =
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
service submission-login {{
  chroot =
}}
"""
STATIC = """
passdb {{
  driver = static
  args = password={password}
}}
"""

_number = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Dovecot:
    """The running server. Every name is a user; the password is one for all."""

    folder: Path
    imap_port: int
    imaps_port: int
    lmtp_port: int

    def deliver(self, user: str, mails: Sequence[bytes], sender: str = "ana@shop.example") -> None:
        """Hand mails over by LMTP, as a mail server does."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as lmtp:
            for one in mails:
                lmtp.sendmail(sender, [user], one)

    def put(self, user: str, mails: Sequence[bytes], folder: str = "") -> None:
        """Lay files into a maildir by hand: quick for thousands. The folder must have been used before, unless it is the first."""
        place = self.folder / "mail" / user / "Maildir" / (f".{folder}" if folder else "") / "new"
        place.mkdir(parents=True, exist_ok=True)
        for one in mails:
            (place / f"{1_700_000_000 + next(_number)}.put").write_bytes(one)
        self.own(self.folder / "mail" / user)

    def own(self, path: Path) -> None:
        """Give a tree to the server's user."""
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", f"{user_name()}:", str(path)], check=True)

    def admin(self, *words: str) -> str:
        """A command of doveadm's. Raises CalledProcessError."""
        given = [_program("doveadm"), "-c", str(self.folder / "dovecot.conf"), *words]
        return subprocess.run(given, check=True, capture_output=True, text=True).stdout

    def log(self) -> str:
        """What the server wrote down."""
        return (self.folder / "log").read_text(errors="replace")


def user_name() -> str:
    """Whose the mails are: root's they must not be."""
    return "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name


@contextmanager
def dovecot(
    *,
    certificate: tuple[Path, Path] | None = None,
    passdb: Callable[[Dovecot], str] | None = None,
    mechanisms: str = "",
    capability: str = "",
) -> Iterator[Dovecot]:
    """A server as long as the block runs. `certificate`: files of a certificate and its key; `passdb`: how it knows
    its users, when not by the password; `capability`: what to say that it can.
    """
    folder = Path(tempfile.mkdtemp(prefix="hilo-dovecot-", dir="/tmp"))  # a short path, which everybody may walk
    folder.chmod(0o755)
    user = user_name()
    server = Dovecot(folder, free_port(), free_port(), free_port())
    group = "nogroup" if os.getuid() == 0 else str(os.getgid())
    files = f"ssl_cert = <{certificate[0]}\nssl_key = <{certificate[1]}" if certificate else ""
    for name in ("run", "state", "mail"):
        (folder / name).mkdir()
    server.own(folder)
    (folder / "dovecot.conf").write_text(
        CONFIG.format(
            folder=folder,
            user=user,
            group=group,
            ssl="yes" if certificate else "no",
            certificate=files,
            mechanisms=mechanisms,
            passdb=passdb(server) if passdb else STATIC.format(password=PASSWORD),
            capability=capability,
            imap_port=server.imap_port,
            imaps_port=server.imaps_port if certificate else 0,
            lmtp_port=server.lmtp_port,
        )
    )
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([_program("dovecot"), "-F", "-c", str(folder / "dovecot.conf")], stderr=said)
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Dovecot, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 20
    while True:
        try:
            with smtplib.LMTP("127.0.0.1", server.lmtp_port, timeout=2):
                return
        except (OSError, smtplib.SMTPException):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Dovecot does not start: {(server.folder / 'said').read_text()}") from None
            time.sleep(0.02)


def _program(name: str) -> str:
    found = shutil.which(name) or next((f"{one}/{name}" for one in PROGRAMS if Path(one, name).exists()), "")
    if not found:
        raise RuntimeError(f"{name} is not installed: .ci/system-packages installs it")
    return found
