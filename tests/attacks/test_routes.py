"""Who may call what: every route of the hub, for nobody, every role and their API tokens. The table is written by hand on purpose."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hub.app import Hub
from tests.attacks.house import House
from tests.people.conftest import Browser

ROLES = ("nobody", "agent", "supervisor", "admin")
NOWHERE = "00000000-0000-4000-8000-000000000000"
"""The id of nothing."""

TABLE = """
POST   /session                              nobody
GET    /session                              agent
DELETE /session                              agent       in_person
GET    /agents                               agent
POST   /agents                               admin
GET    /agents/{id}                          agent
PATCH  /agents/{id}                          admin
GET    /me/preferences                       agent
PUT    /me/preferences                       agent
PUT    /me/password                          agent       in_person
GET    /tokens                               agent
POST   /tokens                               agent       in_person
DELETE /tokens/{id}                          agent
GET    /audit                                admin
GET    /customers                            agent
GET    /customers/{id}                       agent
PATCH  /customers/{id}                       agent
PUT    /customers/{id}/tags/{tag}            agent
DELETE /customers/{id}/tags/{tag}            agent
GET    /tags                                 agent
POST   /customers/{id}/identities            agent
DELETE /customers/{id}/identities/{identity} agent
PUT    /customers/{id}/identities/{identity}/consents/{channel} agent
DELETE /customers/{id}/identities/{identity}/consents/{channel} agent
POST   /customers/{id}/invitations           agent
POST   /customers/{id}/joins                 agent
DELETE /joins/{id}                           agent
POST   /customers/{id}/distinct              agent
GET    /customers/{id}/timeline              agent
GET    /commitments                          agent
PUT    /commitments/{id}                     agent
GET    /customers/{id}/conversation          agent
GET    /mentions                             agent
PUT    /customers/{id}/read                  agent
PUT    /customers/{id}/draft                 agent
POST   /customers/{id}/messages              agent
POST   /conversations                        agent
PUT    /messages/{id}/send-at                agent
POST   /messages/{id}/retry                  agent
POST   /messages/{id}/cancel                 agent
PATCH  /messages/{id}                        agent
DELETE /messages/{id}                        agent
PUT    /messages/{id}/reaction               agent
DELETE /messages/{id}/reaction               agent
GET    /messages/{id}/html                   agent
GET    /messages/{id}/versions               agent
POST   /messages/{id}/split                  agent
POST   /messages/{id}/move                   agent
DELETE /moves/{id}                           agent
POST   /topics/{id}/spam                     agent
POST   /topics/{id}/not-spam                 agent
POST   /topics/{id}/block                    agent
GET    /spam                                 agent
GET    /floods                               supervisor
GET    /blocks                               agent
POST   /blocks                               admin
DELETE /blocks/{id}                          agent
GET    /sender-quotas                        admin
PUT    /sender-quotas                        admin
GET    /customers/{id}/asides                agent
POST   /topics/{id}/asides                   agent
GET    /asides/{id}                          agent
DELETE /asides/{id}                          agent
POST   /asides/{id}/messages                 agent
PUT    /asides/{id}/read                     agent
PUT    /asides/{id}/done                     agent
DELETE /asides/{id}/done                     agent
GET    /signatures                           agent
PUT    /brands/{id}/signature                admin
GET    /answers                              admin
PUT    /queues/{id}/answers                  admin
POST   /queues/{id}/answers/preview          admin
POST   /queues/{id}/answers/trial            admin
GET    /alarms                               supervisor
PUT    /alarms/{id}                          supervisor
PUT    /me/signatures/{id}                   agent
PUT    /me/title                             agent
GET    /channels/{id}/templates              agent
POST   /channels/{id}/templates/sync         admin
POST   /attachments                          agent
POST   /attachments/{id}/fetch               agent
GET    /attachments/{id}                     agent
GET    /me/status                            agent
PUT    /me/status                            agent
GET    /activities                           agent
GET    /wrap-up-codes                        agent
GET    /queues                               agent
GET    /offers                               agent
POST   /offers/{id}/accept                   agent
POST   /offers/{id}/decline                  agent
GET    /work                                 agent
GET    /work/{id}                            agent
GET    /work/{id}/why                        agent
POST   /work/{id}/finish                     agent
POST   /work/{id}/resume                     agent
POST   /work/{id}/extend                     agent
POST   /work/{id}/wrap-up                    agent
POST   /work/{id}/release                    agent
POST   /work/{id}/assign                     agent
POST   /work/{id}/transfer                   agent
GET    /channels                             agent
POST   /channels                             admin
POST   /channels/check                       admin
GET    /channels/{id}                        admin
PATCH  /channels/{id}                        admin
POST   /channels/{id}/rotate                 admin
POST   /channels/{id}/rotate-address         admin
POST   /channels/{id}/check                  admin
POST   /channels/{id}/enable                 admin
POST   /channels/{id}/disable                admin
POST   /channels/{id}/install                admin
POST   /channels/{id}/uninstall              admin
POST   /channels/{id}/archive                admin
POST   /channels/{id}/restore                admin
GET    /channels/{id}/events                 admin
GET    /connectors                           admin
GET    /connectors/{id}/guide                admin
GET    /queue-rules                          admin
PUT    /queue-rules                          admin
POST   /queue-rules/try                      admin
GET    /quarantine                           admin
GET    /quarantine/{id}/raw                  admin
POST   /quarantine/{id}/replay               admin
DELETE /quarantine/{id}                      admin
POST   /customers/{id}/visits                agent
POST   /visits                               agent
GET    /openapi.json                         nobody
"""
"""Method, path, the least role, and `in_person` where an API token is not enough."""

BODIES = {("POST", "/tokens"): {"name": "x"}, ("PUT", "/me/password"): {"old": "not it at all", "new": "not it either"}}
"""Where a program is refused only after its words were read."""

BESIDE = {
    *("/healthz", "/readyz", "/metrics", "/hooks/{hook}{path}", "/widget/files", "/widget/files/{id}"),
    *("/media/{token}", "/unsubscribe/{token}", "/socket.io/", "/{path}"),
}
"""What is answered outside the API, to everybody: each has tests of its own in this folder or its room's."""


@dataclass(frozen=True)
class Door:
    """One line of the table."""

    method: str
    path: str
    least: str
    in_person: bool

    def opens_to(self, role: str, token: bool) -> bool:
        """Whether the role may come in."""
        return ROLES.index(role) >= ROLES.index(self.least) and not (token and self.in_person)

    @property
    def address(self) -> str:
        """The path with the id of nothing."""
        return self.path.replace("{id}", NOWHERE).replace("{identity}", NOWHERE).replace("{channel}", NOWHERE).replace("{tag}", "x")


def doors() -> Iterator[Door]:
    """The table."""
    for line in TABLE.strip().splitlines():
        method, path, least, *more = line.split()
        yield Door(method, path, least, more == ["in_person"])


def test_every_route_stands_in_the_table(house: House) -> None:
    found = {(route.method, route.path) for route in house.hub.rooms.routes}
    assert found == {(door.method, door.path) for door in doors()}


def test_nothing_else_is_answered(house: House) -> None:
    """A second hub that never runs shows its addresses."""
    old = house.hub
    app = Hub(old.settings, old.storage, old.parsers, old.secrets).application()
    paths = {resource.canonical for resource in app.router.resources()}
    assert {path for path in paths if not path.startswith("/api/v1/")} == BESIDE


@pytest.mark.parametrize("role", ROLES)
async def test_a_browser_is_let_in_by_its_role(house: House, role: str) -> None:
    name = "" if role == "nobody" else await house.new_colleague(role)
    browser = await house.browser(name)
    found = {door: await _let_in(browser, door) for door in _signing_out_last()}
    assert _wrong(found, role, token=False) == {}


@pytest.mark.parametrize("role", ROLES[1:])
async def test_a_program_is_let_in_by_its_role(house: House, role: str) -> None:
    program = await house.program(await house.new_colleague(role))
    found = {door: await _let_in(program, door) for door in doors()}
    assert _wrong(found, role, token=True) == {}


def _signing_out_last() -> list[Door]:
    return sorted(doors(), key=lambda door: (door.method, door.path) == ("DELETE", "/session"))


async def _let_in(browser: Browser, door: Door) -> int:
    headers = {"X-CSRF-Token": browser.csrf} if browser.csrf else {}
    url, body = f"{browser.url}/api/v1{door.address}", BODIES.get((door.method, door.path))
    async with browser.client.request(door.method, url, headers=headers, json=body) as answer:
        return answer.status


def _wrong(found: dict[Door, int], role: str, *, token: bool) -> dict[str, int]:
    """Where the answer is not what the table says."""
    turned_away = 401 if role == "nobody" else 403
    return {
        f"{door.method} {door.path}": status
        for door, status in found.items()
        if (status not in (401, 403) and status < 500) != door.opens_to(role, token)
        or (not door.opens_to(role, token) and status != turned_away)
    }


# ── What is somebody else's ──────────────────────────────────────────────────────────────────────────────────────────


async def test_nobody_ends_the_token_of_another(house: House) -> None:
    ana, olga = await house.browser("ana"), await house.browser("olga")
    _, issued = await ana.ask("POST", "/tokens", {"name": "mine"})
    assert (await olga.ask("DELETE", f"/tokens/{issued['id']}"))[0] == 404
    assert issued["id"] in str(await ana.ask("GET", "/tokens"))
    assert issued["id"] not in str(await olga.ask("GET", "/tokens"))


async def test_nobody_reads_the_draft_or_the_preferences_of_another(house: House) -> None:
    ana, luis = await house.browser("ana"), await house.browser("luis")
    visitor = await house.visitor()
    await visitor.say("Hola")
    customer = await house.customer_of(visitor.id)
    assert (await ana.ask("PUT", f"/customers/{customer}/draft", {"kind": "note", "text": "a secret draft"}))[0] == 204
    await ana.ask("PUT", "/me/preferences", {"mine": "a secret wish"})
    assert "a secret draft" in str(await ana.ask("GET", f"/customers/{customer}/conversation"))
    assert "a secret draft" not in str(await luis.ask("GET", f"/customers/{customer}/conversation"))
    assert "a secret wish" not in str(await luis.ask("GET", "/me/preferences"))


async def test_a_colleague_cannot_touch_an_offer_of_another(house: House) -> None:
    ana, luis, sofia = [await house.browser(name) for name in ("ana", "luis", "sofia")]
    async with asyncio.timeout(30), house.at_work("ana") as desk:
        visitor = await house.visitor()
        await visitor.say("Who will answer?")
        customer = await house.customer_of(visitor.id)
        offer = await desk.offer_for(customer)
        for other in (luis, sofia):
            assert (await other.ask("POST", f"/offers/{offer['id']}/accept"))[0] in (403, 404)
            assert (await other.ask("POST", f"/offers/{offer['id']}/decline", {"reason": "other"}))[0] in (403, 404)
        status, taken = await ana.ask("POST", f"/offers/{offer['id']}/accept")
        assert (status, taken["work"]["agent"]["id"]) == (200, house.ids["ana"])
        work = taken["work"]["id"]
        for move, body in MOVES.items():
            status, said = await luis.ask("POST", f"/work/{work}/{move}", body or {"agent": house.ids["luis"]})
            assert status in (403, 404, 409), (move, status, said)
        assert (await ana.ask("GET", f"/work/{work}"))[1]["agent"]["id"] == house.ids["ana"]
        assert (await ana.ask("POST", f"/work/{work}/finish"))[0] == 200


MOVES = {
    "finish": {"no": "body"},
    "extend": {"no": "body"},
    "wrap-up": {"code": "resolved"},
    "release": {"no": "body"},
    "assign": None,
    "transfer": None,
}
"""What can be done with work; None: to himself."""
