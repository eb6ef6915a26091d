"""API tokens: what programs sign in with, in the name of a colleague and with no more than his or her rights."""

import secrets
from uuid import UUID

from hub.errors import Invalid, NotFound
from hub.kernel.database import Database
from hub.kernel.web import Principal
from hub.people.endings import Endings
from hub.people.model import IssuedToken, Token
from hub.people.permissions import PERMISSIONS
from hub.people.sessions import digest
from hub.people.sql import QUERIES

PREFIX = "hilo_"
"""Makes a token that was left somewhere easy to find for those who search for leaks."""


class ApiTokens:
    """Issues, finds and revokes them."""

    def __init__(self, database: Database, endings: Endings) -> None:
        self._database = database
        self._endings = endings

    async def issue(self, agent: str, name: str) -> IssuedToken:
        """A new token. Raises Invalid for a name that says nothing."""
        name = name.strip()
        if not 1 <= len(name) <= 100 or not name.isprintable():
            raise Invalid(
                "invalid", "name: must have 1 to 100 printable characters", fields={"name": "must have 1 to 100 printable characters"}
            )
        secret = PREFIX + secrets.token_urlsafe(32)
        row = await self._database.row(QUERIES.issue_token, UUID(agent), name, digest(secret))
        assert row is not None
        return IssuedToken(id=str(row["id"]), name=row["name"], token=secret)

    async def of(self, agent: str) -> list[Token]:
        """The living tokens of a colleague, oldest first."""
        rows = await self._database.rows(QUERIES.tokens, UUID(agent))
        return [Token(id=str(row["id"]), name=row["name"], created_at=row["created_at"], seen_at=row["seen_at"]) for row in rows]

    async def find(self, secret: str) -> Principal | None:
        """In whose name a token speaks, if it is alive."""
        if not secret.startswith(PREFIX):
            return None
        row = await self._database.row(QUERIES.find_token, digest(secret))
        if row is None:
            return None
        if row["stale"]:
            await self._database.run(QUERIES.touch_token, digest(secret))
        return Principal(str(row["id"]), row["name"], row["role"], row["locale"], PERMISSIONS[row["role"]], None, str(row["token"]))

    async def revoke(self, agent: str, token: str) -> None:
        """End one of a colleague's own tokens. Raises NotFound when it is not his or hers."""
        if await self._database.value(QUERIES.revoke_token, UUID(token), UUID(agent)) is None:
            raise NotFound("not_found", "you have no such token")
        await self._endings.tell(agent, token, "revoked")
