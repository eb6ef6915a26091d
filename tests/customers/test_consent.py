"""A customer's consent as colleagues write it down: who, when, how; taken back; and never against the customer's own word."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from hub.customers.api import CustomersApi
from hub.customers.records import Records
from hub.kernel.database import Database
from hub.timeline.reading import Timeline
from tests.customers.test_api import Caller
from tests.scenes import MANIFESTS, Company
from tests.scenes_web import serving

STOP = "INSERT INTO consent (identity_id, channel_id, given, reason) VALUES ($1, $2, false, 'stop_word')"


@pytest.fixture
async def ana(database: Database, records: Records, company: Company, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Caller]:
    """Ana, where mail may be sent only to whoever agreed."""
    monkeypatch.setitem(MANIFESTS, "email", replace(MANIFESTS["email"], consent="opt_in"))
    api = CustomersApi(database, records, Timeline(database), dict, lambda: None)
    async with serving(api.routes()) as client:
        yield Caller(client, company)


async def told(ana: Caller, company: Company) -> tuple[str, str]:
    """A customer whose address was told, and who never wrote; where the consent of it is kept."""
    customer = await company.customer("Rosa")
    _, record = await ana.ask("POST", f"/customers/{customer}/identities", {"kind": "email", "value": "rosa@x.example"})
    return customer, f"/customers/{customer}/identities/{record['identities'][0]['id']}/consents/{company.email}"


def way(record: Any) -> Any:
    return record["reach"][0]


async def test_it_says_who_wrote_it_down_and_how_the_customer_agreed(ana: Caller, company: Company) -> None:
    customer, consent = await told(ana, company)
    assert way((await ana.ask("GET", f"/customers/{customer}"))[1])["needs_consent"] is True
    status, record = await ana.ask("PUT", consent, {"how": "by_phone"})
    assert status == 200, record
    said = way(record)["consent"]
    assert (said["given"], said["reason"], said["by"]) == (True, "by_phone", {"id": company.ana, "name": "Ana"})
    assert way(record)["needs_consent"] is False
    assert await ana.ask("PUT", consent, {"how": "online"}) == (200, record), "it was agreed before: nothing changes"


async def test_it_is_taken_back_and_stands_in_the_timeline(ana: Caller, company: Company) -> None:
    customer, consent = await told(ana, company)
    await ana.ask("PUT", consent, {"how": "in_person"})
    status, record = await ana.ask("DELETE", consent)
    assert (status, way(record)["consent"], way(record)["needs_consent"]) == (200, None, True)
    assert (await ana.ask("DELETE", consent))[0] == 404
    await company.publish()
    _, page = await ana.ask("GET", f"/customers/{customer}/timeline")
    told_ = [(one["type"], one["actor"]["name"], one["data"]["reason"]) for one in page["items"] if one["type"].startswith("consent")]
    assert told_ == [("consent.withdrawn", "Ana", "taken_back"), ("consent.given", "Ana", "in_person")]
    assert (await ana.ask("PUT", consent, {"how": "online"}))[0] == 200


async def test_nobody_writes_it_down_against_the_customers_own_word(ana: Caller, company: Company, database: Database) -> None:
    _, consent = await told(ana, company)
    await database.run(STOP, await database.value("SELECT id FROM identity"), company.email)
    status, answer = await ana.ask("PUT", consent, {"how": "by_phone"})
    assert (status, answer["error"]["code"]) == (409, "consent_withdrawn")
    assert (await ana.ask("DELETE", consent))[0] == 404
    assert await database.value("SELECT reason FROM consent") == "stop_word"


async def test_it_is_written_down_only_for_an_address_that_the_channel_reaches(ana: Caller, company: Company) -> None:
    _, consent = await told(ana, company)
    status, answer = await ana.ask("PUT", consent.replace(company.email, company.webchat), {"how": "by_phone"})
    assert (status, answer["error"]["fields"]) == (422, {"channel": "does not reach this address"})
    status, answer = await ana.ask("PUT", consent, {"how": "somehow"})
    assert (status, list(answer["error"]["fields"])) == (422, ["how"])
    other = await company.customer("Luis")
    own = consent.split("/")[2]
    assert (await ana.ask("PUT", consent.replace(own, other), {"how": "by_phone"}))[0] == 404


async def test_the_next_owner_of_a_number_has_agreed_to_nothing(ana: Caller, company: Company, database: Database) -> None:
    customer, consent = await told(ana, company)
    await ana.ask("PUT", consent, {"how": "by_phone"})
    await database.run("SELECT leave_addresses($1, $2)", customer, [{"kind": "email", "value": "rosa@x.example"}])
    assert await database.rows("SELECT * FROM consent") == []
