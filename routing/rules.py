"""Which queue gets the work: rules read from settings, the first that matches wins.

[{"id": "sales", "when": [{"fact": "channel", "is": "any_of", "value": ["webchat", "sms"]},
                          {"fact": "subject", "is": "contains", "value": "quote"}],
  "queue": "sales", "priority": 5, "require": {"spanish": 3}},
 {"id": "rest", "queue": "service"}]
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from routing.model import RoutingError, Step

#: What is known of the work when it is placed: channel, language, subject, a customer's field ...
Fact = str | float | bool | None
Facts = Mapping[str, Fact | Sequence[str]]


def _text(value: object) -> str:
    return str(value).casefold()


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


#: Each compares a fact with the rule's value; a fact that is not there matches only "is_not" and "missing".
OPERATORS: dict[str, Callable[[object, object], bool]] = {
    "equal": lambda fact, value: fact is not None and _text(fact) == _text(value),
    "is_not": lambda fact, value: fact is None or _text(fact) != _text(value),
    "any_of": lambda fact, value: fact is not None and _text(fact) in map(_text, _items(value)),
    "contains": lambda fact, value: fact is not None and _contains(fact, value),
    "starts_with": lambda fact, value: fact is not None and _text(fact).startswith(_text(value)),
    "at_least": lambda fact, value: _number(fact) >= _number(value),
    "at_most": lambda fact, value: _number(fact) <= _number(value),
    "missing": lambda fact, value: (fact is None) is bool(value),
}


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else (value,)


def _contains(fact: object, value: object) -> bool:
    if isinstance(fact, list | tuple | frozenset):
        return _text(value) in map(_text, fact)
    return _text(value) in _text(fact)


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a fact; text is compared without regard to case."""

    fact: str
    operator: str
    value: object

    def holds(self, facts: Facts) -> bool:
        """Whether the facts satisfy it."""
        return OPERATORS[self.operator](facts.get(self.fact), self.value)


@dataclass(frozen=True, slots=True)
class Rule:
    """All conditions must hold; without any the rule always matches."""

    id: str
    queue: str
    when: tuple[Condition, ...] = ()
    priority: int = 0
    require: Mapping[str, int] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


def place(facts: Facts, rules: Sequence[Rule]) -> Rule | None:
    """The first rule that matches, which is also the reason to keep; None when no rule does."""
    return next((rule for rule in rules if all(condition.holds(facts) for condition in rule.when)), None)


def read_rules(settings: Sequence[Mapping[str, object]], queues: frozenset[str]) -> tuple[Rule, ...]:
    """Rules from settings. Raises RoutingError naming the rule, the key and what is allowed."""
    return tuple(_read_rule(setting, queues) for setting in settings)


def _read_rule(setting: Mapping[str, object], queues: frozenset[str]) -> Rule:
    where = f"rule {setting.get('id')!r}"
    _check_keys(setting, {"id", "queue", "when", "priority", "require", "steps"}, where)
    queue = setting.get("queue")
    if queue not in queues:
        raise RoutingError(f"{where}: queue {queue!r} does not exist; allowed: {', '.join(sorted(queues))}")
    return Rule(
        id=_string(setting.get("id"), where, "id"),
        queue=str(queue),
        when=tuple(_read_condition(item, where) for item in _mappings(setting.get("when", ()), where, "when")),
        priority=_whole(setting.get("priority", 0), where, "priority"),
        require=_levels(setting.get("require", {}), where, "require"),
        steps=tuple(_read_step(item, where) for item in _mappings(setting.get("steps", ()), where, "steps")),
    )


def _read_condition(setting: Mapping[str, object], where: str) -> Condition:
    _check_keys(setting, {"fact", "is", "value"}, where)
    operator = setting.get("is")
    if operator not in OPERATORS:
        raise RoutingError(f"{where}: comparison {operator!r} does not exist; allowed: {', '.join(OPERATORS)}")
    if operator in ("at_least", "at_most") and not isinstance(setting.get("value"), int | float):
        raise RoutingError(f"{where}: {operator} needs a number, not {setting.get('value')!r}")
    if "value" not in setting:
        raise RoutingError(f"{where}: {operator} needs a value")
    return Condition(_string(setting.get("fact"), where, "fact"), str(operator), setting["value"])


def _read_step(setting: Mapping[str, object], where: str) -> Step:
    _check_keys(setting, {"timeout_s", "require", "prefer", "known_only"}, where)
    timeout_s = setting.get("timeout_s", 0.0)
    if not isinstance(timeout_s, int | float) or timeout_s < 0:
        raise RoutingError(f"{where}: timeout_s must be seconds, 0 or more, not {timeout_s!r}")
    return Step(
        timeout_s=float(timeout_s),
        require=_levels(setting.get("require", {}), where, "require"),
        prefer=_levels(setting.get("prefer", {}), where, "prefer"),
        known_only=setting.get("known_only", False) is True,
    )


def _check_keys(setting: Mapping[str, object], allowed: set[str], where: str) -> None:
    unknown = sorted(set(setting) - allowed)
    if unknown:
        raise RoutingError(f"{where}: {unknown[0]!r} is not a setting; allowed: {', '.join(sorted(allowed))}")


def _mappings(value: object, where: str, key: str) -> Sequence[Mapping[str, object]]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, Mapping) for item in value):
        raise RoutingError(f"{where}: {key} must be a list of tables, not {value!r}")
    return value


def _string(value: object, where: str, key: str) -> str:
    if not isinstance(value, str) or not value:
        raise RoutingError(f"{where}: {key} must be a text, not {value!r}")
    return value


def _whole(value: object, where: str, key: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise RoutingError(f"{where}: {key} must be a whole number, not {value!r}")
    return value


def _levels(value: object, where: str, key: str) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise RoutingError(f"{where}: {key} must map skills to levels, not {value!r}")
    return {str(skill): _whole(level, where, f"{key}.{skill}") for skill, level in value.items()}
