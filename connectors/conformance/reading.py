"""Rules about reading: samples become their events, always the same ones, whatever is done to the bytes."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from connectors.arriving import Delivery
from connectors.conformance import mutations, soundness
from connectors.conformance.samples import Sample, in_words
from connectors.conformance.subject import AT, Subject
from connectors.conformance.verdicts import DoesNotApply, named
from connectors.contract import Connector, Receives
from connectors.errors import MalformedPayload, Refused

CHILD_S = 60.0
FEW = 12
"""Samples that are mutated; all of them are read."""
PROBLEMS_AT_MOST = 10


async def samples_become_events(subject: Subject) -> Sequence[str]:
    """Each sample, exactly."""
    if not subject.samples:
        return ['there are no samples: samples/NAME.json with "body" and "events"']
    connector = subject.build()
    found = [problem for sample in subject.samples for problem in _compared(subject, connector, sample)]
    if subject.type.manifest.receives != "none" and not any(one.get("event") == "Message" for s in subject.samples for one in s.events):
        found.append("no sample shows a Message")
    return found


def _compared(subject: Subject, connector: Connector, sample: Sample) -> Iterator[str]:
    read = outcome(subject, connector, sample)
    expected: Any = "malformed" if sample.malformed else json.loads(json.dumps(list(sample.events)))
    if read != expected:
        yield f"sample {sample.name!r} became {json.dumps(read, ensure_ascii=False)[:1500]}"
    if read != "malformed":
        for delivery in subject.deliveries(connector, sample):
            yield from (f"sample {sample.name!r}: {one}" for event in connector.parse(delivery) for one in soundness.problems(event))


def outcome(subject: Subject, connector: Connector, sample: Sample) -> Any:
    """The events of a sample as JSON has them, or the word malformed."""
    try:
        events = [event for delivery in subject.deliveries(connector, sample) for event in connector.parse(delivery)]
    except MalformedPayload:
        return "malformed"
    return json.loads(json.dumps(in_words(events)))


async def reading_is_pure(subject: Subject) -> Sequence[str]:
    """The same bytes are the same events: again, in any order, in another process with another clock and time zone."""
    connector = subject.build()
    first = {sample.name: outcome(subject, connector, sample) for sample in subject.samples}
    again = {sample.name: outcome(subject, connector, sample) for sample in reversed(subject.samples)}
    elsewhere = await _in_child(subject)
    found = [f"sample {name!r} is read differently the second time, or in another order" for name in first if first[name] != again[name]]
    if isinstance(elsewhere, str):
        return [*found, elsewhere]
    return [*found, *(f"sample {name!r} is read differently in another process" for name in first if first[name] != elsewhere.get(name))]


async def _in_child(subject: Subject) -> dict[str, Any] | str:
    path = os.pathsep.join(filter(None, ["", *sys.path]))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}
    command = [sys.executable, "-m", "connectors.conformance.child", subject.package]
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env=environment)
    try:
        said, complaint = await asyncio.wait_for(child.communicate(), CHILD_S)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        return f"in another process it cannot be read: {complaint.decode(errors='replace').strip().rpartition(chr(10))[2]}"
    read: dict[str, Any] = json.loads(said)
    return read


async def reading_is_total(subject: Subject) -> Sequence[str]:
    """Whatever is done to the bytes: events that are sound, or MalformedPayload."""
    connector, found = subject.build(), list[str]()
    for sample in _few(subject):
        found += _mutated(subject, connector, sample)
        if len(found) >= PROBLEMS_AT_MOST:
            break
    return found[:PROBLEMS_AT_MOST]


def _few(subject: Subject) -> Sequence[Sample]:
    """Some of the samples, spread over all of them."""
    step = max(1, -(-len(subject.samples) // FEW))
    return subject.samples[::step]


def _mutated(subject: Subject, connector: Connector, sample: Sample) -> Iterator[str]:
    for delivery in subject.deliveries(connector, sample):
        for done, body in mutations.mutations(delivery.body):
            yield from (f"sample {sample.name!r}, {done}: {one}" for one in _unsound(connector, replace(delivery, body=body)))
    if sample.delivery is None and isinstance(connector, Receives):
        for done, body in mutations.mutations(sample.body):
            yield from (f"request {sample.name!r}, {done}: {one}" for one in _received(subject, connector, replace(sample, body=body)))


def _received(subject: Subject, connector: Receives, sample: Sample) -> Iterator[str]:
    try:
        deliveries = connector.receive(subject.request(sample)).deliveries
    except (Refused, MalformedPayload):
        return
    except Exception as error:
        yield f"receive() raised {named(error)}"
        return
    for delivery in deliveries:
        yield from _unsound(connector, delivery)


def _unsound(connector: Any, delivery: Delivery) -> Iterator[str]:
    try:
        events = connector.parse(delivery)
    except MalformedPayload:
        return
    except Exception as error:
        yield f"parse() raised {named(error)}"
        return
    for event in events:
        yield from soundness.problems(event)


async def unknown_fields_change_nothing(subject: Subject) -> Sequence[str]:
    """What a provider adds one day leaves the events as they are."""
    connector, found = subject.build(), list[str]()
    for sample in (one for one in subject.samples if not one.malformed):
        for delivery in subject.deliveries(connector, sample):
            kinds = [type(event) for event in connector.parse(delivery)]
            for done, body in mutations.with_unknown_fields(delivery.body):
                found += _other_kinds(connector, replace(delivery, body=body), kinds, f"sample {sample.name!r}, {done}")
    return found[:PROBLEMS_AT_MOST]


def _other_kinds(connector: Connector, delivery: Delivery, kinds: list[type], where: str) -> Iterator[str]:
    try:
        now = [type(event) for event in connector.parse(delivery)]
    except MalformedPayload as error:
        yield f"{where}: cannot be read any more: {error}"
        return
    if now != kinds:
        yield f"{where}: became {[one.__name__ for one in now]}, not {[one.__name__ for one in kinds]}"


async def same_delivery_same_ids(subject: Subject) -> Sequence[str]:
    """A provider that did not hear our answer sends again: the ids must be the same, and another item's must be others."""
    if not subject.webhook:
        raise DoesNotApply("no webhook: its ids come with what it fetches")
    first, second, found = subject.build(), subject.build(), list[str]()
    assert isinstance(first, Receives)
    assert isinstance(second, Receives)
    for sample in subject.samples:
        before = first.receive(subject.request(sample)).deliveries
        after = second.receive(subject.request(sample, at=AT + 90)).deliveries
        if [(one.kind, one.external_id) for one in before] != [(one.kind, one.external_id) for one in after]:
            found.append(f"sample {sample.name!r}, sent again 90 seconds later, has other ids")
        if any(not one.external_id or len(one.external_id) > 500 for one in before):
            found.append(f"sample {sample.name!r}: an id is empty, or longer than 500")
        if len({(one.kind, one.external_id) for one in before}) < len(before):
            found.append(f"sample {sample.name!r}: two items have one id")
    return found
