"""The queue rules as a list that people put in order: checked whole, written whole."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

import msgspec

from hub.channels.rules import Rule, first_rule, folded
from hub.channels.shapes import RuleInput, RuleList, RuleView, Trial, Verdict, Words
from hub.channels.store import QUERIES, ChannelStore
from hub.errors import Invalid, NotFound
from hub.kernel.database import Database
from hub.kernel.shapes import Named
from hub.kernel.storable import UNKEEPABLE

MOST_RULES = 200
MOST_WORDS = 100
LONGEST = 200

SAID: Mapping[str, Words] = {
    "queue_gone": Words(es="esa cola no existe", en="there is no such queue"),
    "channel_gone": Words(es="ese canal no existe", en="there is no such channel"),
    "not_an_id": Words(es="no es un identificador", en="is not an id"),
    "twice": Words(es="está dos veces", en="stands there twice"),
    "too_many_rules": Words(es=f"como mucho {MOST_RULES} reglas", en=f"at most {MOST_RULES} rules"),
    "too_many_words": Words(
        es=f"como mucho {MOST_WORDS} palabras, de {LONGEST} letras como mucho",
        en=f"at most {MOST_WORDS} words of at most {LONGEST} characters",
    ),
    "empty_word": Words(
        es="cada una necesita una letra o cifra; al final puede llevar un asterisco",
        en="each needs a letter or digit; a star may stand at its end",
    ),
    "not_a_pattern": Words(
        es="una dirección exacta, *@ejemplo.es, o el comienzo de un número, como +34*",
        en="an exact address, *@example.com, or the beginning of a number such as +34*",
    ),
    "not_a_language": Words(es="un idioma, como es, en o es-MX", en="a language such as es, en or es-MX"),
}
"""What is wrong with a field, by its code."""


class RuleBook:
    """Reads, writes and tries the rules. `actor` None: the command line."""

    def __init__(self, database: Database, store: ChannelStore) -> None:
        self._database = database
        self._store = store

    async def all(self) -> RuleList:
        """In the order in which they are asked."""
        return RuleList(items=[_view(rule) for rule in await self._store.rules()])

    async def write(self, items: Sequence[RuleInput], actor: UUID | None = None, language: str = "en") -> RuleList:
        """Put these in the place of all rules. Raises Invalid naming the line (from 0) and its field; the fields' problems are said in that
        language."""
        rules = [_read(number, one, language) for number, one in enumerate(items)]
        problems = _list_problems(rules) | await self._unknown(rules)
        for number, rule in enumerate(rules):
            problems |= {f"items[{number}].{name}": code for name, code in _problems(rule).items()}
        if problems:
            raise _refused(problems, language)
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
        problems = {f"items[{n}].queue": "queue_gone" for n, rule in enumerate(rules) if rule.queue not in queues}
        return problems | {
            f"items[{n}].channel": "channel_gone" for n, rule in enumerate(rules) if rule.channel and rule.channel not in channels
        }


def _read(number: int, one: RuleInput, language: str) -> Rule:
    place = f"items[{number}]"
    return Rule(
        queue=_id(f"{place}.queue", one.queue, language),
        channel=_id(f"{place}.channel", one.channel, language) if one.channel else None,
        language=(one.language or "").strip() or None,
        words=tuple(word.strip() for word in one.words if word.strip()),
        address=(one.address or "").strip() or None,
        id=_id(f"{place}.id", one.id, language) if one.id else uuid4(),
    )


def _problems(rule: Rule) -> dict[str, str]:
    """What is wrong with one rule: field -> code."""
    said: dict[str, str] = {}
    if len(rule.words) > MOST_WORDS or any(len(word) > LONGEST for word in rule.words):
        said["words"] = "too_many_words"
    elif any(not folded(word).strip() or UNKEEPABLE.search(word) for word in rule.words):
        said["words"] = "empty_word"
    if rule.address is not None and not _is_pattern(rule.address):
        said["address"] = "not_a_pattern"
    if rule.language is not None and not (
        rule.language.isascii() and rule.language.replace("-", "").isalnum() and len(rule.language) <= 20
    ):
        said["language"] = "not_a_language"
    return said


def _is_pattern(address: str) -> bool:
    bare = address.removeprefix("*") if address.startswith("*") else address.removesuffix("*")
    return bool(bare) and "*" not in bare and len(address) <= LONGEST and not UNKEEPABLE.search(address)


def _list_problems(rules: Sequence[Rule]) -> dict[str, str]:
    if len(rules) > MOST_RULES:
        return {"items": "too_many_rules"}
    ids = [rule.id for rule in rules]
    return {f"items[{n}].id": "twice" for n, id_ in enumerate(ids) if id_ in ids[:n]}


def _id(name: str, text: str, language: str = "en") -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _refused({name: "not_an_id"}, language) from None


def _refused(problems: Mapping[str, str], language: str) -> Invalid:
    """Field -> code, as an answer: the message in English for programs and logs, the fields in the reader's language."""
    name, code = next(iter(problems.items()))
    spoken = {name: SAID[code].es if language == "es" else SAID[code].en for name, code in problems.items()}
    return Invalid("invalid", f"{name}: {SAID[code].en}", fields=spoken)


def _view(rule: Rule) -> RuleView:
    return RuleView(
        id=str(rule.id),
        queue=str(rule.queue),
        channel=str(rule.channel) if rule.channel else None,
        address=rule.address,
        language=rule.language,
        words=list(rule.words),
    )
