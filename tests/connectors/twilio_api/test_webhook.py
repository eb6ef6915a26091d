"""Only what Twilio signed is taken, over the public address and every field; and it is named so that a copy is known."""

import hashlib
import json
from urllib.parse import urlencode

import pytest
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from connectors.contract import Reception, WebhookRequest
from connectors.errors import Refused
from connectors.twilio_api.signatures import Signatures
from connectors.twilio_api.webhook import receive

TOKEN, OTHER, SHARED = "a" * 32, "b" * 32, "shared-key"
URL = "https://hilo.example/hooks/abc"
FIELDS = {"MessageSid": "SM1", "From": "+34611222333", "To": "+34600100200", "Body": "¿Qué tal?", "FromCity": ""}
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def request(
    fields: dict[str, str] | None = None,
    *,
    url: str = URL,
    path: str = "",
    token: str = TOKEN,
    algorithm: str = "HMAC_SHA1",
    given: str | None = None,
    body: bytes | None = None,
    content_type: str = FORM,
    method: str = "POST",
) -> WebhookRequest:
    told = FIELDS if fields is None else fields
    signature = RequestValidator(token).compute_signature(url, MultiDict(told) if body is None else {}, algorithm)
    headers = {"content-type": content_type, "x-twilio-signature": signature if given is None else given}
    if algorithm != "HMAC_SHA1":
        headers["x-twilio-webhooks-signature-settings"] = f"key=wk_1,algorithm={algorithm}"
    query = dict(part.split("=") for part in url.partition("?")[2].split("&") if part)
    return WebhookRequest(method, url, headers, query, urlencode(told).encode() if body is None else body, 0.0, path)


def taken(asked: WebhookRequest, *tokens: str, shared: str = "") -> Reception:
    return receive(asked, Signatures(tokens or (TOKEN,), shared))


def test_what_is_signed_is_taken_and_answered_with_empty_twiml() -> None:
    reception = taken(request())
    assert [(one.kind, one.external_id) for one in reception.deliveries] == [("message", "SM1")]
    assert (reception.status, reception.content_type) == (200, "text/xml")
    assert b"<Response/>" in reception.body


@pytest.mark.parametrize("given", ["", "x", "A" * 28, "ñ"])
def test_a_wrong_or_missing_signature_is_refused(given: str) -> None:
    with pytest.raises(Refused):
        taken(request(given=given))


def test_a_foreign_accounts_signature_is_refused() -> None:
    with pytest.raises(Refused):
        taken(request(token=OTHER))


@pytest.mark.parametrize("place", range(0, len(urlencode(FIELDS)), 7))
def test_a_body_changed_by_one_byte_is_refused(place: int) -> None:
    good = request()
    changed = good.body[:place] + bytes([good.body[place] ^ 1]) + good.body[place + 1 :]
    with pytest.raises(Refused):
        taken(WebhookRequest("POST", good.url, good.headers, good.query, changed, 0.0))


def test_a_signature_for_another_address_is_refused() -> None:
    good = request()
    with pytest.raises(Refused):
        taken(WebhookRequest("POST", URL + "/status/1", good.headers, {}, good.body, 0.0))


def test_blank_fields_and_unknown_ones_are_signed_too() -> None:
    assert taken(request(FIELDS | {"Sender City": "", "ñandú": "α β+&=%", "ReferralNumMedia": "0"})).deliveries


def test_both_tokens_hold_while_one_follows_the_other() -> None:
    for token in (TOKEN, OTHER):
        assert taken(request(token=token), TOKEN, OTHER).deliveries


def test_an_account_with_a_shared_key_signs_with_sha256() -> None:
    asked = request(token=SHARED, algorithm="HMAC_SHA256")
    assert taken(asked, shared=SHARED).deliveries
    with pytest.raises(Refused, match="HMAC_SHA256"):
        taken(asked)


def test_the_auth_token_cannot_sign_in_the_shared_keys_name() -> None:
    with pytest.raises(Refused):
        taken(request(algorithm="HMAC_SHA256"), shared=SHARED)


def test_an_unknown_algorithm_is_refused() -> None:
    good = request()
    headers = {**good.headers, "x-twilio-webhooks-signature-settings": "algorithm=NONE"}
    with pytest.raises(Refused):
        taken(WebhookRequest("POST", URL, headers, {}, good.body, 0.0), shared=SHARED)


def test_json_is_verified_by_the_hash_in_the_address_and_kept_as_unreadable() -> None:
    body = json.dumps({"event": "é"}).encode()
    url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    good = request(url=url, body=body, content_type="application/json")
    assert [one.kind for one in taken(good).deliveries] == ["unreadable"]
    with pytest.raises(Refused):
        taken(WebhookRequest("POST", url, good.headers, good.query, body + b" ", 0.0))


def test_json_without_a_hash_is_refused() -> None:
    with pytest.raises(Refused, match="hash"):
        taken(request(body=b"{}", content_type="application/json"))


def test_only_post_is_taken() -> None:
    with pytest.raises(Refused) as refused:
        taken(request(method="GET"))
    assert refused.value.status == 405


def test_a_form_of_ten_thousand_fields_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        taken(request({f"f{n}": "" for n in range(10_000)}))
    assert refused.value.status == 400


def test_what_has_no_id_is_kept_as_unreadable() -> None:
    (delivery,) = taken(request({"Hello": "world"})).deliveries
    assert (delivery.kind, len(delivery.external_id)) == ("unreadable", 64)


OURS = "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c"


def test_a_status_brings_our_own_id_and_part_from_its_address() -> None:
    url = f"{URL}/status/{OURS}?part=2"
    status = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    (delivery,) = taken(request(status, url=url, path=f"/status/{OURS}")).deliveries
    assert (delivery.kind, delivery.external_id, dict(delivery.headers)) == ("status", "SM1:delivered", {"message": OURS, "part": "2"})


@pytest.mark.parametrize("path", ["/status/../../x", "/status/1", "/other", f"/status/{OURS}/more"])
def test_a_strange_tail_names_no_message_of_ours(path: str) -> None:
    status = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    (delivery,) = taken(request(status, url=URL + path, path=path)).deliveries
    assert (delivery.kind, dict(delivery.headers)) == ("status", {})


def test_every_state_of_a_message_is_a_delivery_of_its_own() -> None:
    ids = [taken(request({"MessageSid": "SM1", "MessageStatus": one})).deliveries[0].external_id for one in ("sent", "delivered", "SENT")]
    assert ids == ["SM1:sent", "SM1:delivered", "SM1:sent"]
