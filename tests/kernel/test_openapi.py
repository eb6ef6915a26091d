"""The description of the HTTP interface: valid, complete, and true."""

from typing import Any

import aiohttp
import pytest
from aiohttp import web
from openapi_spec_validator import OpenAPIV31SpecValidator

from hub.kernel.openapi import OpenApi, describe, operation_id
from hub.kernel.web import PUBLIC, SIGNED_IN, Call, Input, Page, Principal, View, WebRooms, delete, get, post


class Parcel(View):
    """Something to send."""

    id: str
    weight: float
    note: str | None = None


class NewParcel(Input):
    """Something to be sent."""

    weight: float


class ParcelPage(Page):
    """Which parcels."""

    heavier_than: float = 0


async def read(call: Call) -> Parcel:
    """One parcel.

    404 when it was never sent.
    """
    return Parcel(id=call.id(), weight=1)


async def listed(call: Call) -> list[Parcel]:
    """All parcels."""
    return []


async def send(call: Call) -> Parcel:
    """Send a parcel."""
    return Parcel(id="1", weight=call.body.weight)


async def lose(call: Call) -> None:
    """Forget a parcel."""


async def upload(call: Call) -> None:
    """Take a picture of it."""


ROUTES = [
    get("/parcels", listed, needs=PUBLIC, query=ParcelPage, answers={200: list[Parcel]}),
    get(r"/parcels/{id:[0-9a-f-]+}", read, needs="parcel.read", answers={200: Parcel}),
    post("/parcels", send, needs=SIGNED_IN, body=NewParcel, answers={201: Parcel}),
    delete("/parcels/{id}/notes/{note}", lose, needs="parcel.write", answers={204: None}),
    post("/pictures", upload, needs="parcel.write", raw_body=True, answers={200: bytes}),
]


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The description of a small parcel service."""
    return describe(ROUTES, "1.2.3")


def operation(described: dict[str, Any], method: str, path: str) -> Any:
    """One operation."""
    return described["paths"][f"/api/v1{path}"][method]


def test_the_description_is_valid(described: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(described).iter_errors()) == []


def test_a_description_that_is_wrong_is_found(described: dict[str, Any]) -> None:
    broken = described | {"paths": {"/x": {"get": {"responses": {"200": {}}}}}}
    assert not OpenAPIV31SpecValidator(broken).is_valid()


def test_every_route_is_in_it(described: dict[str, Any]) -> None:
    found = {(method, path) for path, methods in described["paths"].items() for method in methods}
    assert len(found) == len(ROUTES)
    assert ("get", "/api/v1/parcels/{id}") in found


def test_what_goes_in_and_out_is_named(described: dict[str, Any]) -> None:
    sent = operation(described, "post", "/parcels")
    assert sent["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/NewParcel"}
    assert sent["responses"]["201"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Parcel"}
    assert described["components"]["schemas"]["NewParcel"]["additionalProperties"] is False
    assert "content" not in operation(described, "delete", "/parcels/{id}/notes/{note}")["responses"]["204"]
    assert operation(described, "post", "/pictures")["requestBody"]["content"] == {"application/octet-stream": {}}


def test_parts_of_the_path_and_of_the_query_are_parameters(described: dict[str, Any]) -> None:
    lost = operation(described, "delete", "/parcels/{id}/notes/{note}")["parameters"]
    assert [(one["name"], one["in"], one["required"]) for one in lost] == [("id", "path", True), ("note", "path", True)]
    pages = operation(described, "get", "/parcels")["parameters"]
    assert {one["name"] for one in pages} == {"after", "limit", "heavier_than"}
    assert not any(one["required"] for one in pages)


def test_who_may_is_said(described: dict[str, Any]) -> None:
    assert operation(described, "get", "/parcels")["security"] == []
    assert operation(described, "get", "/parcels/{id}")["security"] == [{"session": []}, {"token": []}]
    assert operation(described, "post", "/parcels")["security"] == [{"session": [], "csrf": []}, {"token": []}]
    assert "`parcel.read`" in operation(described, "get", "/parcels/{id}")["description"]


def test_the_docstring_is_the_documentation(described: dict[str, Any]) -> None:
    one = operation(described, "get", "/parcels/{id}")
    assert one["summary"] == "One parcel."
    assert one["description"].startswith("404 when it was never sent.")


def test_every_answer_may_be_an_error_of_one_shape(described: dict[str, Any]) -> None:
    operations = [one for methods in described["paths"].values() for one in methods.values()]
    assert {one["responses"]["default"]["$ref"] for one in operations} == {"#/components/responses/Error"}
    assert set(described["components"]["schemas"]["ErrorDetail"]["properties"]) == {"code", "message", "fields", "reference"}


def test_operations_have_names_of_their_own() -> None:
    assert len({operation_id(route) for route in ROUTES}) == len(ROUTES)


class Nobody:
    """Nobody is ever signed in."""

    async def authenticate(self, request: web.Request) -> Principal | None:
        """Nobody."""
        return None


async def test_it_is_served_and_not_sent_twice() -> None:
    app = web.Application()
    WebRooms(Nobody(), lambda _: True).add(app, [*ROUTES, OpenApi(ROUTES, "1.2.3").route()])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = "http://127.0.0.1:{1}/api/v1/openapi.json".format(*runner.addresses[0])
    async with aiohttp.ClientSession() as client:
        async with client.get(address) as first:
            described = await first.json()
        async with client.get(address, headers={"If-None-Match": first.headers["ETag"]}) as second:
            assert (first.status, second.status) == (200, 304)
    await runner.cleanup()
    assert "/api/v1/openapi.json" in described["paths"]
    assert list(OpenAPIV31SpecValidator(described).iter_errors()) == []
