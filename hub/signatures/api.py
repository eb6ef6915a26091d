"""HTTP: what stands below mails."""

from hub.kernel.web import SIGNED_IN, Call, Route, get, put
from hub.signatures.model import NewSignature, NewTitle, SignatureList
from hub.signatures.signatures import Signatures


class SignaturesApi:
    """Routes of signatures. Each answers with all of them, as the caller has them now."""

    def __init__(self, signatures: Signatures) -> None:
        self._signatures = signatures

    def routes(self) -> list[Route]:
        """All routes of this room."""
        answers = {200: SignatureList}
        return [
            get("/signatures", self.all, needs=SIGNED_IN, answers=answers),
            put("/brands/{id}/signature", self.put_brand, needs="settings.manage", body=NewSignature, answers=answers),
            put("/me/signatures/{id}", self.put_own, needs=SIGNED_IN, body=NewSignature, answers=answers),
            put("/me/title", self.set_title, needs=SIGNED_IN, body=NewTitle, answers=answers),
        ]

    async def all(self, call: Call) -> SignatureList:
        """The signatures of every brand, what the caller is called in them, and our own mail addresses."""
        return await self._signatures.page(call.who.agent)

    async def put_brand(self, call: Call) -> SignatureList:
        """Keep a brand's signature; an empty one removes it. 422 for a variable that nobody fills in."""
        await self._signatures.put_brand(call.who.agent, call.id(), call.body.html)
        return await self._signatures.page(call.who.agent)

    async def put_own(self, call: Call) -> SignatureList:
        """Keep the caller's own signature for a brand; an empty one removes it, and the brand's holds again."""
        await self._signatures.put_own(call.who.agent, call.id(), call.body.html)
        return await self._signatures.page(call.who.agent)

    async def set_title(self, call: Call) -> SignatureList:
        """What the caller is, as customers read it: `{{agent.role}}`."""
        await self._signatures.set_title(call.who.agent, call.body.title)
        return await self._signatures.page(call.who.agent)
