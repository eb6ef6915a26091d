"""Whether an event is what the contract says, down to the type of every field; Python itself looks at none of them."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from connectors.arriving import Event

EVENTS = get_args(Event)
NAMED = ("Message", "Echo", "Reaction", "Edit", "Delete")
"""Events that carry the provider's id, without which the same one twice would be two."""


def problems(event: object) -> Iterator[str]:
    """What is wrong with it, a sentence each."""
    name = type(event).__name__
    if not isinstance(event, EVENTS):
        yield f"{name} is no event of the contract"
        return
    yield from _dataclass(event, name)
    if name in NAMED and not getattr(event, "external_id", ""):
        yield f"{name}.external_id is empty"
    if name == "Receipt" and not _names_message(event):
        yield "Receipt names no message: it needs external_id, message, or peer with until"


def _names_message(receipt: Any) -> bool:
    return bool(receipt.external_id or receipt.message or (receipt.peer and receipt.until is not None))


def _dataclass(thing: Any, where: str) -> Iterator[str]:
    hints = _hints(cast("Hashable", type(thing)))
    for one in fields(thing):
        yield from _value(getattr(thing, one.name), hints[one.name], f"{where}.{one.name}")


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _value(value: Any, hint: Any, where: str) -> Iterator[str]:
    if not _fits(value, hint):
        yield f"{where} is {type(value).__name__} {str(value)[:40]!r}, not {getattr(hint, '__name__', hint)}"
    elif is_dataclass(value):
        yield from _dataclass(value, where)
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from _value(inner, get_args(hint)[0] if get_args(hint) else object, f"{where}[{number}]")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _value(inner, _of_map(hint), f"{where}[{key!r}]")


def _of_map(hint: Any) -> Any:
    options = [one for one in (get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)) if get_args(one)]
    return get_args(options[0])[1] if options else object


def _fits(value: Any, hint: Any) -> bool:
    if hint in (Any, object):
        return True
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    if hint is None:
        return value is None
    if hint in (int, float):
        return isinstance(value, (int, float) if hint is float else int) and not isinstance(value, bool)
    return isinstance(value, NoneType if hint is NoneType else origin or hint)
