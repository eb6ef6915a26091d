"""The queue rules as a list that people put in order: checked whole, written whole."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import msgspec

from hub.channels.rules import Rule, first_rule, folded
from hub.channels.shapes import RuleInput, RuleList, RuleView, Trial, Verdict
from hub.channels.store import QUERIES, ChannelStore
from hub.errors import Invalid, NotFound
from hub.kernel.database import Database
from hub.kernel.shapes import Named
from hub.kernel.storable import UNKEEPABLE

MOST_RULES = 200
MOST_WORDS = 100
LONGEST = 200


class RuleBook:
    """Reads, writes and tries the rules. `actor` None: the command line."""

    def __init__(self, database: Database, store: ChannelStore) -> None:
        self._database = database
        self._store = store

    async def all(self) -> RuleList:
        """In the order in which they are asked."""
        return RuleList(items=[_view(rule) for rule in await self._store.rules()])

    async def write(self, items: Sequence[RuleInput], actor: UUID | None = None) -> RuleList:
        """Put these in the place of all rules. Raises Invalid naming the line (from 0) and its field."""
        rules = [_read(number, one) for number, one in enumerate(items)]
        problems = _list_problems(rules) | await self._unknown(rules)
        for number, rule in enumerate(rules):
            problems |= {f"items[{number}].{name}": said for name, said in _problems(rule).items()}
        if problems:
            name, said = next(iter(problems.items()))
            raise Invalid("invalid", f"{name}: {said}", fields=problems)
        await self._write(rules, actor)
        return await self.all()

    async def try_one(self, trial: Trial) -> Verdict:
        """Which rule a message would meet. Raises NotFound for a channel that there is not."""
        channel = await self._store.one(_id("channel", trial.channel))
        rules = await self._store.rules()
        found = first_rule(channel.id, rules, trial.text, trial.language, (trial.address,))
        queue = found.queue if found else channel.queue
        row = await self._database.row(QUERIES.queues_of, [queue])
        if row is None:
            raise NotFound("not_found", "its queue is not there any more")
        position = rules.index(found) + 1 if found else None
        return Verdict(rule=str(found.id) if found else None, position=position, queue=Named(id=str(queue), name=row["name"]))

    async def _write(self, rules: Sequence[Rule], actor: UUID | None) -> None:
        rows = [{**msgspec.to_builtins(_view(rule)), "position": place} for place, rule in enumerate(rules, 1)]
        async with self._database.transaction() as connection:
            await connection.execute(QUERIES.lock_rules)
            await connection.execute(QUERIES.forget_rules)
            await connection.execute(QUERIES.add_rules, rows)
            await connection.execute(QUERIES.tell_rules_changed, "human" if actor else "system", actor, {"rules": len(rules)})

    async def _unknown(self, rules: Sequence[Rule]) -> dict[str, str]:
        """Queues and channels that there are not; one question for all."""
        queues = {row["id"] for row in await self._database.rows(QUERIES.queues_of, [rule.queue for rule in rules])}
        asked = [rule.channel for rule in rules if rule.channel]
        channels = {row["id"] for row in await self._database.rows(QUERIES.channels_of, asked)}
        problems = {f"items[{n}].queue": "there is no such queue" for n, rule in enumerate(rules) if rule.queue not in queues}
        return problems | {
            f"items[{n}].channel": "there is no such channel"
            for n, rule in enumerate(rules)
            if rule.channel and rule.channel not in channels
        }


def _read(number: int, one: RuleInput) -> Rule:
    place = f"items[{number}]"
    return Rule(
        queue=_id(f"{place}.queue", one.queue),
        channel=_id(f"{place}.channel", one.channel) if one.channel else None,
        language=(one.language or "").strip() or None,
        words=tuple(word.strip() for word in one.words if word.strip()),
        address=(one.address or "").strip() or None,
        id=_id(f"{place}.id", one.id) if one.id else uuid4(),
    )


def _problems(rule: Rule) -> dict[str, str]:
    """What is wrong with one rule, by field."""
    said: dict[str, str] = {}
    if len(rule.words) > MOST_WORDS or any(len(word) > LONGEST for word in rule.words):
        said["words"] = f"at most {MOST_WORDS} words of at most {LONGEST} characters"
    elif any(not folded(word).strip() or UNKEEPABLE.search(word) for word in rule.words):
        said["words"] = "each needs a letter or digit; a star may stand at its end"
    if rule.address is not None and not _is_pattern(rule.address):
        said["address"] = "an exact address, *@example.com, or the beginning of a number such as +34*"
    if rule.language is not None and not (
        rule.language.isascii() and rule.language.replace("-", "").isalnum() and len(rule.language) <= 20
    ):
        said["language"] = "a language such as es, en or es-MX"
    return said


def _is_pattern(address: str) -> bool:
    bare = address.removeprefix("*") if address.startswith("*") else address.removesuffix("*")
    return bool(bare) and "*" not in bare and len(address) <= LONGEST and not UNKEEPABLE.search(address)


def _list_problems(rules: Sequence[Rule]) -> dict[str, str]:
    if len(rules) > MOST_RULES:
        return {"items": f"at most {MOST_RULES} rules"}
    ids = [rule.id for rule in rules]
    return {f"items[{n}].id": "stands there twice" for n, id_ in enumerate(ids) if id_ in ids[:n]}


def _id(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("invalid", f"{name}: is not an id", fields={name: "is not an id"}) from None


def _view(rule: Rule) -> RuleView:
    return RuleView(
        id=str(rule.id),
        queue=str(rule.queue),
        channel=str(rule.channel) if rule.channel else None,
        address=rule.address,
        language=rule.language,
        words=list(rule.words),
    )
