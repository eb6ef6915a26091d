"""The test mail of a check: from the channel to its own address."""

from email.message import EmailMessage
from email.utils import formatdate

from connectors.email.compose import POLICY, Composed
from connectors.email.marks import HEADER

SUBJECT = "Hilo: prueba del canal / channel test"
TEXT = """Este correo lo ha enviado Hilo a su propia dirección para comprobar el canal. Puede borrarlo.
Hilo sent this mail to its own address to check the channel. You may delete it.
"""


def test_mail(address: str, mark: str, now: float) -> Composed:
    """The mail. No machine is to answer it (RFC 3834)."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = mail["To"] = address
    mail["Subject"], mail["Date"] = SUBJECT, formatdate(now)
    mail["Message-ID"] = f"<hilo-test.{mark.partition('.')[0]}@{address.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail[HEADER] = mark
    mail.set_content(TEXT)
    return Composed(mail["Message-ID"], address, (address,), mail.as_bytes())
