"""The ways to answer say what may be written there: the window, the customer's word, our address."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.manifest import Manifest
from hub.customers.model import ConsentGiven
from hub.customers.reach import Known, OpenChannel, Wrote, invitable, open_channels, reachable
from hub.customers.records import Records
from hub.kernel.database import Database
from hub.kernel.shapes import ChannelRef
from tests.scenes import MANIFESTS, Company

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
WINDOW = ({"hours": 24, "allows": "free"}, {"allows": "template"})


def channel(manifest: Manifest) -> OpenChannel:
    return OpenChannel(ChannelRef(id="c", connector="webchat", name="Chat"), "up", manifest)


def test_a_way_says_until_when_what_may_be_written() -> None:
    wrote = {"c": Wrote(NOW - timedelta(hours=1), to="+34910000000", native="549…")}
    known = Known("visitor", "v1", frozenset({"c"}), wrote=wrote)
    [way] = reachable([channel(replace(MANIFESTS["webchat"], window=WINDOW))], [known], None, NOW)
    assert (way.window.allows, way.window.until) == ("free", NOW + timedelta(hours=23))
    assert (way.sender, way.native, way.consent) == ("+34910000000", "549…", None)


@pytest.mark.parametrize(("wrote", "given", "asks"), [
    (False, None, True), (False, False, True), (False, True, False), (True, None, False), (True, False, False),
])  # fmt: skip
def test_a_channel_that_wants_consent_lets_nobody_write_first_without_it(wrote: bool, given: bool | None, asks: bool) -> None:
    manifest = replace(MANIFESTS["webchat"], consent="opt_in", starts=True)
    said = {} if given is None else {"c": ConsentGiven(given=given, reason="stop_word", at=NOW)}
    known = Known("visitor", "v1", wrote={"c": Wrote(NOW)} if wrote else {}, consent=said)
    [way] = reachable([channel(manifest)], [known], None, NOW)
    assert way.needs_consent is asks


def test_a_channel_that_wants_no_consent_lets_anybody_write_first() -> None:
    [way] = reachable([channel(replace(MANIFESTS["webchat"], starts=True))], [Known("visitor", "v1")], None, NOW)
    assert way.needs_consent is False


def test_a_customer_is_invited_only_where_he_is_not_yet() -> None:
    invites = channel(replace(MANIFESTS["webchat"], invites=True))
    plain = OpenChannel(ChannelRef(id="p", connector="webchat", name="Plain"), "up", MANIFESTS["webchat"])
    assert invitable([invites, plain], []) == [invites.ref]
    assert invitable([invites, plain], reachable([invites], [Known("visitor", "v1", frozenset({"c"}))], None, NOW)) == []


def test_who_never_wrote_gets_what_the_last_step_allows() -> None:
    manifest = replace(MANIFESTS["webchat"], window=WINDOW, starts=True)
    [way] = reachable([channel(manifest)], [Known("visitor", "v1")], None, NOW)
    assert (way.window.allows, way.window.until) == ("template", None)


async def test_the_record_says_what_the_customer_last_said_of_a_channel(records: Records, database: Database, company: Company) -> None:
    chat = await company.writes("visitor", "v1")
    identity = await database.value("SELECT id FROM identity WHERE value = 'v1'")
    sql = "INSERT INTO consent (identity_id, channel_id, given, reason) VALUES ($1, $2, false, 'stop_word')"
    await database.run(sql, identity, company.webchat)
    [way] = await records.reach(chat.root)
    assert isinstance(way.consent, ConsentGiven)
    assert (way.consent.given, way.consent.reason, way.window.allows) == (False, "stop_word", "free")


async def test_the_record_says_which_address_of_ours_was_written_to(records: Records, database: Database, company: Company) -> None:
    chat = await company.writes("visitor", "v1")
    await company.writes("visitor", "v1")
    await database.run("""UPDATE message SET address = address || '{"to": "shop", "native": "V1"}' WHERE id <> $1""", chat.message)
    [way] = await records.reach(chat.root)
    assert (way.sender, way.native) == ("shop", "V1")


def test_a_channel_that_only_receives_is_no_way_to_answer() -> None:
    manifest = replace(MANIFESTS["webchat"], outgoing="url")
    row = {"id": "c", "connector": "http", "name": "Shop", "state": "up"}
    assert open_channels([{**row, "settings": {"url": ""}}, {**row, "settings": {}}], lambda _: manifest) == []
    assert len(open_channels([{**row, "settings": {"url": "https://shop.example/hilo"}}], lambda _: manifest)) == 1


async def test_what_we_wrote_first_does_not_make_a_channel_the_preferred_one(
    records: Records, database: Database, company: Company
) -> None:
    chat = await company.writes("visitor", "v1")
    assert (await records.read(company.principal, chat.root)).figures.preferred_channel is not None
    await database.run("UPDATE message SET direction = 'out', state = 'sent'")
    assert (await records.read(company.principal, chat.root)).figures.preferred_channel is None
