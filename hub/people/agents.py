"""Colleagues: made, listed, changed, disabled; their own password and preferences."""

import re
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import UNSET

from hub.errors import Conflict, Invalid, NotFound
from hub.kernel.database import Connection, Database, Record
from hub.kernel.web import Principal
from hub.people.endings import Endings
from hub.people.guesses import Guesses
from hub.people.model import Agent, AgentChange, Colleague, ColleaguePage, Colleagues, NewAgent, PasswordChange
from hub.people.passwords import LONGEST, Passwords, check_strength
from hub.people.sessions import end_all
from hub.people.sql import QUERIES

EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}")
PREFERENCES_LIMIT = 16 * 1024
PLAIN = ("email", "name", "role", "locale", "enabled")
"""What a change sets as it is; a password is hashed first."""


class Agents:
    """The verbs. `by` is the one who does it; None is the command line."""

    def __init__(self, database: Database, passwords: Passwords, guesses: Guesses, endings: Endings) -> None:
        self._database = database
        self._passwords = passwords
        self._guesses = guesses
        self._endings = endings

    async def create(self, new: NewAgent, by: str | None = None) -> str:
        """Make a colleague; returns the id. Raises Invalid or Conflict (the address is taken)."""
        email, name = checked_email(new.email), checked_name(new.name)
        check_strength(new.password, field="password", email=email, name=name)
        hashed = await self._passwords.hash(new.password)
        made = await self._database.value(QUERIES.create_agent, email, name, new.role, new.locale, hashed, by and UUID(by))
        if made is None:
            raise _taken()
        return str(made)

    async def change(self, agent: str, change: AgentChange, by: str | None = None) -> None:
        """Change what is given. Disabling, another role or another password ends the sessions. Raises NotFound, Invalid, Conflict."""
        change = _checked(change)
        actor = UUID(by) if by else None
        async with self._database.transaction() as connection:
            admins = {row["id"] for row in await connection.fetch(QUERIES.lock_admins)}
            before = await connection.fetchrow(QUERIES.lock_agent, UUID(agent))
            if before is None:
                raise NotFound("not_found", "there is no such colleague")
            _keep_an_admin(before, change, admins)
            hashed = await self._new_hash(before, change)
            await self._write(connection, before, change, hashed)
            reason = _why_ended(before, change)
            if reason:
                await end_all(connection, before["id"], keep=None, reason=reason, by=actor)
            await _tell(connection, before, change, actor)
        if reason:
            await self._endings.tell(agent, None, reason)

    async def _new_hash(self, before: Record, change: AgentChange) -> str | None:
        if change.password is UNSET:
            return None
        check_strength(change.password, field="password", email=before["email"], name=before["name"])
        return await self._passwords.hash(change.password)

    async def _write(self, connection: Connection, before: Record, change: AgentChange, hashed: str | None) -> None:
        values = [before[name] if getattr(change, name) is UNSET else getattr(change, name) for name in PLAIN]
        try:
            await connection.execute(QUERIES.change_agent, before["id"], *values, hashed)
        except asyncpg.UniqueViolationError:
            raise _taken() from None

    async def own(self, agent: str) -> Agent:
        """A colleague, as he or she sees himself or herself."""
        row = await self._database.row(QUERIES.agent, UUID(agent))
        if row is None:
            raise NotFound("not_found", "there is no such colleague")
        return Agent(id=str(row["id"]), email=row["email"], name=row["name"], role=row["role"], locale=row["locale"])

    async def page(self, page: ColleaguePage) -> Colleagues:
        """Colleagues by name, with where each stands."""
        rows = await self._database.rows(QUERIES.colleagues, page.all, _cursor(page.after), None, page.limit + 1)
        items = [_colleague(row) for row in rows[: page.limit]]
        return Colleagues(items=items, next=items[-1].id if len(rows) > page.limit else None)

    async def one(self, agent: str) -> Colleague:
        """A colleague, with where he or she stands. Raises NotFound."""
        row = await self._database.row(QUERIES.colleagues, True, None, UUID(agent), 1)
        if row is None:
            raise NotFound("not_found", "there is no such colleague")
        return _colleague(row)

    async def change_password(self, who: Principal, change: PasswordChange, address: str) -> None:
        """One's own password; all other sessions end. Raises Invalid for a wrong old one, TooMany like signing in."""
        row = await self._database.row(QUERIES.secret, UUID(who.agent))
        if row is None:
            raise NotFound("not_found", "there is no such colleague")
        await self._guesses.take(row["email"], address)
        if not await self._passwords.match(row["password_hash"], change.old[: LONGEST + 1]):
            raise Invalid("wrong_password", "old: is not your password", fields={"old": "is not your password"})
        await self._guesses.forgive(row["email"], address)
        check_strength(change.new, field="new", email=row["email"], name=row["name"])
        await self._set_password(who, row["password_hash"], await self._passwords.hash(change.new))

    async def _set_password(self, who: Principal, old: str, new: str) -> None:
        me = UUID(who.agent)
        async with self._database.transaction() as connection:
            if await connection.fetchval(QUERIES.set_password, me, old, new) is None:
                raise Conflict("changed_meanwhile", "your password was changed somewhere else in this moment")
            ended = await end_all(connection, me, keep=who.session, reason="password", by=me)
            await connection.execute(QUERIES.tell_agent, "agent.changed", me, me, {"fields": ["password"]})
        for session in ended:
            await self._endings.tell(who.agent, session, "password")

    async def preferences(self, agent: str) -> dict[str, Any]:
        """How a colleague wants the console: whatever the console keeps there."""
        found: dict[str, Any] = await self._database.value(QUERIES.preferences, UUID(agent)) or {}
        return found

    async def set_preferences(self, who: Principal, preferences: dict[str, Any]) -> None:
        """Keep them, whole. A `locale` among them becomes the colleague's. Raises Invalid when they are too long."""
        if len(msgspec.json.encode(preferences)) > PREFERENCES_LIMIT:
            raise Invalid("too_large", f"preferences may have {PREFERENCES_LIMIT} bytes", fields={"body": "is too large"})
        locale = preferences.get("locale")
        await self._database.run(
            QUERIES.set_preferences, UUID(who.agent), _storable(preferences), locale if locale in ("es", "en") else None
        )


def checked_email(email: str) -> str:
    """In lower case. Raises Invalid."""
    email = email.strip().lower()
    if not EMAIL.fullmatch(email):
        raise Invalid("invalid", "email: must look like ana@example.com", fields={"email": "must look like ana@example.com"})
    return email


def checked_name(name: str) -> str:
    """Without spaces around. Raises Invalid."""
    name = name.strip()
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise Invalid(
            "invalid", "name: must have 1 to 200 printable characters", fields={"name": "must have 1 to 200 printable characters"}
        )
    return name


def _checked(change: AgentChange) -> AgentChange:
    return msgspec.structs.replace(
        change,
        email=change.email if change.email is UNSET else checked_email(change.email),
        name=change.name if change.name is UNSET else checked_name(change.name),
    )


def _keep_an_admin(before: Record, change: AgentChange, admins: set[UUID]) -> None:
    leaves = change.enabled is False or change.role not in (UNSET, "admin")
    if leaves and admins == {before["id"]}:
        raise Conflict("last_admin", "somebody must stay who administers: make another admin first")


def _why_ended(before: Record, change: AgentChange) -> str | None:
    """Why the sessions of a changed colleague end; None when they go on."""
    if change.enabled is False and before["enabled"]:
        return "disabled"
    if change.role not in (UNSET, before["role"]):
        return "role"
    return None if change.password is UNSET else "password"


async def _tell(connection: Connection, before: Record, change: AgentChange, actor: UUID | None) -> None:
    changed = [name for name in PLAIN if getattr(change, name) not in (UNSET, before[name])]
    changed += [] if change.password is UNSET else ["password"]
    data: dict[str, Any] = {"fields": changed}
    if "role" in changed:
        data["role"] = {"from": before["role"], "to": change.role}
        data["tokens"] = [str(row["id"]) for row in await connection.fetch(QUERIES.tokens, before["id"])]  # their sockets begin anew
    if change.enabled is False and "enabled" in changed:
        await connection.execute(QUERIES.revoke_tokens, before["id"], actor)
        await connection.execute(QUERIES.tell_agent, "agent.disabled", actor, before["id"], data)
    elif changed:
        await connection.execute(QUERIES.tell_agent, "agent.changed", actor, before["id"], data)


def _taken() -> Conflict:
    return Conflict("email_taken", "a colleague with this address exists already")


def _cursor(after: str | None) -> UUID | None:
    try:
        return UUID(after) if after else None
    except ValueError:
        raise Invalid("invalid", "after: is not a place in this list", fields={"after": "is not a place in this list"}) from None


def _colleague(row: Record) -> Colleague:
    return Colleague(**{**dict(row), "id": str(row["id"])})


def _storable(value: Any) -> Any:
    """JSON that PostgreSQL takes: it knows no NUL character."""
    return msgspec.json.decode(msgspec.json.encode(value).replace(rb"\u0000", b""))
