"""What an invitation to a meeting says (iCalendar, RFC 5545): for showing. The calendar file stays a file of the mail."""

import datetime

from connectors.email import mime
from connectors.email.charsets import storable
from connectors.email.mime import Part

SIZE_LIMIT = 100_000
"""Bytes of calendar to read; what is longer is only a file."""
TEXT_LIMIT = 500


def invitation_of(mail: Part) -> dict[str, str]:
    """method, summary, start, end, place, organiser of a mail's first calendar; only what it says. Times are ISO 8601, with
    their zone where they have one, a date alone for whole days. Empty where there is no calendar that can be read.
    """
    part = next((one for one in mail.walk() if one.content_type == "text/calendar"), None)
    if part is None or len(part.body) > 2 * SIZE_LIMIT:
        return {}
    return read_calendar(part.text(SIZE_LIMIT), mime.parameter(part.headers, "method"))


def read_calendar(text: str, method: str = "") -> dict[str, str]:
    """As `invitation_of`, of the text of a calendar."""
    from icalendar import Calendar  # takes a quarter of a second, and few mails bring one

    try:
        calendar = Calendar.from_ical(text.strip())
        event = next(iter(calendar.walk("VEVENT")), None)
        if event is None:
            return {}
        said = {
            "method": str(calendar.get("METHOD", method)).lower(),
            "summary": str(event.get("SUMMARY", "")),
            "start": _moment(event.get("DTSTART")),
            "end": _moment(event.get("DTEND")) or _moment_after(event.get("DTSTART"), event.get("DURATION")),
            "place": str(event.get("LOCATION", "")),
            "organiser": _person(event.get("ORGANIZER")),
        }
    except Exception:  # the library raises whatever its input makes it
        return {}
    return {key: storable(" ".join(value.split()))[:TEXT_LIMIT] for key, value in said.items() if value.strip()}


def _moment(value: object) -> str:
    moment = getattr(value, "dt", None)
    return moment.isoformat() if isinstance(moment, datetime.date) else ""


def _moment_after(start: object, duration: object) -> str:
    began, lasts = getattr(start, "dt", None), getattr(duration, "dt", None)
    if isinstance(began, datetime.date) and isinstance(lasts, datetime.timedelta):
        return (began + lasts).isoformat()
    return ""


def _person(value: object) -> str:
    """`Name <address>`, or the one of the two that is there."""
    if value is None:
        return ""
    scheme, colon, address = str(value).partition(":")
    address = address if colon and scheme.lower() == "mailto" else str(value)
    name = str(getattr(value, "params", {}).get("CN", "")).strip("\"' ")
    return f"{name} <{address}>" if name and name != address else address
