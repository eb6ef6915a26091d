"""What an automatic answer says: the language, the words, the variables. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from hub.answers.model import AnswerTexts, What

VARIABLES = ("code", "name", "opens", "queue")
VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
NAME_AT_MOST = 60
NO_NAME = re.compile(r"[/@\\<>{}\[\]|]|www\.|\w\.\w|\d{3}", re.IGNORECASE)
"""A name that holds an address, a number or markup: whoever sends it wants us to pass that on, under somebody else's address perhaps."""
NEAR_DAYS = 6

USUAL = {
    "es": AnswerTexts(
        language="es",
        acknowledged="Hola, {{name}}:\n\nHemos recibido su mensaje. Su código de seguimiento es {{code}}: téngalo a mano si vuelve a "
        "escribirnos o nos llama.\n\nLe contestaremos lo antes posible.",
        closed="Hola, {{name}}:\n\nHemos recibido su mensaje, pero ahora mismo estamos fuera de nuestro horario.\n"
        "Volvemos a atenderle: {{opens}}.\n\nSu código de seguimiento es {{code}}: téngalo a mano si vuelve a escribirnos o nos llama.",
    ),
    "en": AnswerTexts(
        language="en",
        acknowledged="Hello {{name}},\n\nWe have received your message. Your tracking code is {{code}}: please keep it at hand if you "
        "write again or call us.\n\nWe will answer as soon as we can.",
        closed="Hello {{name}},\n\nWe have received your message, but we are closed at the moment.\nWe are back: {{opens}}.\n\n"
        "Your tracking code is {{code}}: please keep it at hand if you write again or call us.",
    ),
}
"""What is said when nobody has written anything else."""


def complete(given: Iterable[AnswerTexts]) -> dict[str, AnswerTexts]:
    """The texts by language: the usual languages are always there, and what is left empty has the usual words, or else the English ones."""
    texts = dict(USUAL)
    for one in given:
        usual = USUAL.get(one.language, USUAL["en"])
        texts[one.language] = AnswerTexts(
            language=one.language, acknowledged=one.acknowledged.strip() or usual.acknowledged, closed=one.closed.strip() or usual.closed
        )
    return texts


def own_words(given: Iterable[AnswerTexts]) -> list[AnswerTexts]:
    """What differs from the usual texts: that alone is kept, so that better usual ones reach everybody."""
    found = []
    for one in given:
        usual = USUAL.get(one.language)
        said = {what: "" if usual and text.strip() == getattr(usual, what) else text.strip() for what, text in _texts(one).items()}
        if usual is None or any(said.values()):
            found.append(AnswerTexts(language=one.language, **said))
    return found


def strange(text: str) -> list[str]:
    """Variables that nobody fills in."""
    return [name for name in dict.fromkeys(VARIABLE.findall(text)) if name not in VARIABLES]


def base(locale: str) -> str:
    """The language of a locale: `es` of `es-ES`."""
    return re.split("[-_]", locale.lower(), maxsplit=1)[0]


def chosen_language(of_record: str, detected: str, fallback: str, there_are: Collection[str]) -> str:
    """The language of the record, else that of the message, else the channel's, else the first that there is."""
    wanted = (base(of_record), detected, base(fallback), "es")
    return next(one for one in wanted if one in there_are)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables. A line whose variable has no value goes, unless it greets: a greeting does without the name."""
    lines = (_line(line, values) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line is not None)).strip()


def text_of(texts: AnswerTexts, what: What) -> str:
    """One of the texts of a language."""
    return texts.acknowledged if what == "acknowledged" else texts.closed


def when(moment: datetime | None, now: float, language: str) -> str:
    """A moment as people of a language say it: the weekday when it is near, else the date; empty for never."""
    if moment is None:
        return ""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("en")
    near = moment.date().toordinal() - datetime.fromtimestamp(now, moment.tzinfo).date().toordinal() <= NEAR_DAYS
    day = format_date(moment, "EEEE", locale=locale) if near else format_date(moment, "full", locale=locale)
    return f"{day}, {format_time(moment, 'short', tzinfo=moment.tzinfo, locale=locale)}"


def safe_name(name: str) -> str:
    """A customer's name as it may be repeated to whoever the address belongs to; empty when it is none."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    return "" if NO_NAME.search(plain) or len(plain) > NAME_AT_MOST else plain


def _line(line: str, values: Mapping[str, str]) -> str | None:
    missing = {name for name in VARIABLE.findall(line) if not values.get(name)}
    if missing - {"name"}:
        return None
    if missing:
        line = re.sub(r",?[ \t]*\{\{\s*name\s*\}\}", "", line)
    return VARIABLE.sub(lambda found: values.get(found[1], ""), line)


def _texts(one: AnswerTexts) -> dict[str, str]:
    return {"acknowledged": one.acknowledged, "closed": one.closed}
