"""A customer's mailbox in the world outside: waits for a mail of the company's, and answers it."""

from typing import Any

from playwright.async_api import APIRequestContext

from tests.flows.demo import SUPPORT
from tests.rig.waiting import eventually


class Mailbox:
    """The mail of one address."""

    def __init__(self, requests: APIRequestContext, world: str, address: str) -> None:
        self._requests = requests
        self._mail = f"{world}/mail"
        self.address = address

    async def received(self) -> list[dict[str, Any]]:
        """What the company has sent here, oldest first."""
        answer = await self._requests.get(self._mail, params={"to": self.address})
        items: list[dict[str, Any]] = (await answer.json())["items"]
        return items

    async def next(self) -> dict[str, Any]:
        """The first mail, as soon as it is there."""
        return (await eventually(self.received, what=f"a mail for {self.address}", seconds=30))[-1]

    async def answer(self, mail: dict[str, Any], text: str) -> None:
        """Reply to it as a mail program does, to the address that it names for replies."""
        headers = mail["headers"]
        reply = {
            "from": self.address,
            "to": headers.get("Reply-To", SUPPORT),
            "subject": f"Re: {mail['subject']}",
            "text": text,
            "in_reply_to": mail["message_id"],
            "references": mail["message_id"],
        }
        answer = await self._requests.post(self._mail, data=reply)
        assert answer.ok, await answer.text()
