"""What leaves, in the words of Twilio's Messages resource. Pure but for the one call."""

from collections.abc import Mapping
from typing import Any

from twilio.rest import Client

from connectors.contract import Address, Outgoing, Sent
from connectors.errors import Ambiguous, Rejected

RETRIES = "#rc=3&rp=ct,rt,5xx"
"""Behind every webhook address: try three times more, also when the answer is slow or a 5xx. Never sent to us, nor signed."""


def fields_of(outgoing: Outgoing, *, prefix: str, senders: tuple[str, ...], service: str) -> dict[str, Any]:
    """The arguments of the SDK's `messages.create`. Raises Rejected for what Twilio has no words for."""
    if outgoing.to.kind not in ("phone", "whatsapp"):
        raise Rejected(f"nobody can write to {outgoing.to.value!r}: it is no number", code="no_reply_possible")
    fields: dict[str, Any] = {"to": f"{prefix}{native(outgoing.to)}", **_from(outgoing.sender, prefix, senders, service)}
    if outgoing.text:
        fields["body"] = outgoing.text
    if outgoing.attachments:
        fields["media_url"] = [_link(one.url, one.name) for one in outgoing.attachments]
    if outgoing.callback:
        fields["status_callback"] = f"{outgoing.callback}?part={outgoing.part}{RETRIES}"
    return fields


def native(address: Address) -> str:
    """An address as Twilio wrote it to us."""
    return address.native or address.value


def _from(sender: str, prefix: str, senders: tuple[str, ...], service: str) -> dict[str, str]:
    """Answers leave from the number that was written to; who never wrote gets what the service chooses, or our first number."""
    known = sender if sender in senders or (sender and service) else ""
    chosen = known or ("" if service else senders[0])
    return {
        **({"messaging_service_sid": service} if service else {}),
        **({"from_": f"{prefix}{chosen}"} if chosen else {}),
    }


def _link(url: str | None, name: str) -> str:
    if not url:
        raise Rejected(f"the file {name!r} has no public link: Twilio fetches files from one", code="no_link")
    return url


async def create(client: Client, fields: Mapping[str, Any]) -> Sent:
    """Hand it over. Raises from the connectors' tree."""
    made = await client.messages.create_async(**fields)
    if made.sid is None:
        raise Ambiguous("Twilio took a message and gave it no id")
    return Sent(made.sid)
