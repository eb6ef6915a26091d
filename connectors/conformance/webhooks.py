"""Rules about webhooks: who may call, and that a batch loses nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from connectors.arriving import Delivery, WebhookRequest
from connectors.conformance.samples import Sample
from connectors.conformance.subject import AT, WEBHOOK, Subject
from connectors.conformance.verdicts import DoesNotApply, named
from connectors.contract import Connector, Message, Receives
from connectors.errors import MalformedPayload, Refused

MANY = 1000
POISON = 417


def _needs_webhook(subject: Subject) -> Receives:
    if not subject.webhook:
        raise DoesNotApply("it is not called by webhooks")
    connector = subject.build()
    assert isinstance(connector, Receives)
    return connector


def _sample(subject: Subject) -> Sample:
    found = [one for one in subject.samples if one.delivery is None and one.method == "POST"]
    if not found:
        raise DoesNotApply("no sample comes by POST")
    return found[0]


async def only_the_provider_may_call(subject: Subject) -> Sequence[str]:
    """Without a signature, with a wrong one, or with that of another channel, nobody gets in."""
    connector = _needs_webhook(subject)
    sample = _sample(subject)
    unsigned = sample.request(WEBHOOK, AT)
    signed, foreign = subject.signed(unsigned), subject.offers("signed")(unsigned, subject.foreign_settings())
    found = [] if _accepted(connector, signed) else ["its own signature is refused: look at signed() in conformance.py"]
    changed = [name for name in signed.headers if signed.headers[name] != unsigned.headers.get(name)]
    bent = {name: replace(signed, headers={**signed.headers, name: _bent(signed.headers[name])}) for name in changed}
    odd = {name: replace(signed, headers={**signed.headers, name: "\udce9\udcff é"}) for name in changed}
    forged = {"without a signature": unsigned, "with the signature of another channel": foreign}
    forged |= {f"with one letter of {name} changed": one for name, one in bent.items()}
    forged |= {f"with bytes that are no text in {name}": one for name, one in odd.items()}
    return [*found, *_let_in(connector, forged)]


async def a_changed_body_is_refused(subject: Subject) -> Sequence[str]:
    """One byte is enough."""
    connector = _needs_webhook(subject)
    if reason := subject.offers("UNSIGNED_BODY"):
        raise DoesNotApply(str(reason))
    signed = subject.request(_sample(subject))
    last, middle = len(signed.body) - 1, len(signed.body) // 2
    forged = {f"with byte {place} changed": replace(signed, body=_flipped(signed.body, place)) for place in (0, middle, last)}
    forged |= {"with a byte more": replace(signed, body=signed.body + b" "), "without its body": replace(signed, body=b"")}
    return list(_let_in(connector, forged))


def _let_in(connector: Receives, forged: dict[str, WebhookRequest]) -> Iterator[str]:
    for how, request in forged.items():
        try:
            if connector.receive(request).deliveries:
                yield f"a request {how} is taken"
        except Refused:
            continue
        except Exception as error:
            yield f"a request {how}: receive() raised {named(error)} instead of Refused"


def _accepted(connector: Receives, request: WebhookRequest) -> bool:
    try:
        return bool(connector.receive(request).deliveries)
    except Refused:
        return False


def _bent(value: str) -> str:
    place = len(value) // 2
    return value[:place] + ("0" if value[place] != "0" else "1") + value[place + 1 :]


def _flipped(body: bytes, place: int) -> bytes:
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


async def nothing_verified_is_lost(subject: Subject) -> Sequence[str]:
    """What is signed and cannot be read is kept, and set aside by parse()."""
    connector, sample = _needs_webhook(subject), _sample(subject)
    garbage = replace(sample, body=b"\x00 not what anybody \xff expects")
    try:
        deliveries = connector.receive(subject.request(garbage)).deliveries
    except Refused as error:
        return [f"a signed request that cannot be read is refused, and so lost: {error}"]
    if not deliveries:
        return ["a signed request that cannot be read gives no delivery, and so is lost"]
    return [f"unreadable bytes were read as {read}" for one in deliveries if (read := _read(connector, one)) is not None]


def _read(connector: object, delivery: Delivery) -> str | None:
    """What came of it, or None where it was set aside or said that it is not known."""
    assert isinstance(connector, Connector)
    try:
        events = connector.parse(delivery)
    except MalformedPayload:
        return None
    known = [one for one in events if not (isinstance(one, Message) and one.context.get("unsupported"))]
    return str([type(one).__name__ for one in known])


async def one_bad_item_spoils_no_batch(subject: Subject) -> Sequence[str]:
    """A thousand items with a poisoned one: the other 999 are messages."""
    connector = _needs_webhook(subject)
    batch: Callable[[int, int], bytes] | None = subject.offers("batch")
    if batch is None:
        raise DoesNotApply("one request brings one item (there is no batch() in conformance.py)")
    request = subject.request(replace(_sample(subject), body=batch(MANY, POISON)))
    deliveries = connector.receive(request).deliveries
    if len(deliveries) != MANY:
        return [f"a batch of {MANY} gave {len(deliveries)} deliveries: each item must be one"]
    if len({(one.kind, one.external_id) for one in deliveries}) != MANY:
        return ["items of one batch share an id"]
    messages = sum(_is_message(connector, one) for one in deliveries)
    return [] if messages == MANY - 1 else [f"of {MANY} items with one that cannot be read, {messages} became messages, not {MANY - 1}"]


def _is_message(connector: object, delivery: Delivery) -> bool:
    assert isinstance(connector, Connector)
    try:
        events = connector.parse(delivery)
    except MalformedPayload:
        return False
    return any(isinstance(one, Message) and not one.context.get("unsupported") for one in events)
