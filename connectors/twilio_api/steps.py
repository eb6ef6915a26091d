"""The words of *Check* and *Install* for the channels by Twilio, and how a step is asked and timed."""

from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter

from twilio.base.exceptions import TwilioException

from connectors.contract import Step
from connectors.errors import ConnectorError

LABELS: Mapping[str, Mapping[str, str]] = {
    "account": {"es": "Twilio acepta las credenciales", "en": "Twilio accepts the credentials"},
    "number": {"es": "El número es de esta cuenta", "en": "The number belongs to this account"},
    "service": {"es": "El servicio de mensajería existe", "en": "The messaging service exists"},
    "webhook": {"es": "Twilio nos avisa en nuestra dirección", "en": "Twilio calls our webhook address"},
    "templates": {"es": "Las plantillas se pueden leer", "en": "The templates can be read"},
}
TODO: Mapping[str, Mapping[str, str]] = {
    "account": {
        "es": "Copie de nuevo el SID y el Auth Token de la consola de Twilio. Si usa una clave de API, compruebe que sigue activa.",
        "en": "Copy SID and auth token from Twilio's console again. If you use an API key, see that it is still active.",
    },
    "number": {
        "es": "Compruebe el número en la consola: Phone Numbers → Manage → Active numbers (SMS), o Messaging → Senders (WhatsApp).",
        "en": "Look at the number in the console: Phone Numbers → Manage → Active numbers (SMS), or Messaging → Senders (WhatsApp).",
    },
    "service": {
        "es": "Copie el SID de Messaging → Services, o deje el campo vacío.",
        "en": "Copy the SID from Messaging → Services, or leave the field empty.",
    },
    "webhook": {
        "es": "Pulse «Instalar», o pegue en Twilio la dirección de este canal, con HTTP POST.",
        "en": "Press “Install”, or paste this channel's address at Twilio, with HTTP POST.",
    },
    "templates": {
        "es": "Dé a la clave de API permiso sobre Content, o use el Auth Token.",
        "en": "Give the API key permission for Content, or use the auth token.",
    },
}


class Wanting(Exception):
    """Twilio answered, and the answer is not what it takes; the text says what is there instead."""


async def step(name: str, ask: Callable[[], Awaitable[str]]) -> Step:
    """Ask; what `ask` returns is the detail. `name`: a key of LABELS, perhaps with a number of ours behind a space."""
    start, kind = perf_counter(), name.partition(" ")[0]
    try:
        detail, ok, tried = await ask(), True, True
    except (ConnectorError, Wanting, TwilioException) as error:  # the SDK's own: an answer without what it looks for
        detail, ok, tried = str(error), False, getattr(error, "code", "") != "not_tried"
    return Step(name, ok, (perf_counter() - start) * 1000, detail[:300], LABELS[kind], {} if ok else TODO[kind], tried)
