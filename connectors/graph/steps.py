"""One step of *Check* or of an installation: asked, timed, and told in both languages what to do if it fails."""

from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter

from connectors.contract import Step
from connectors.errors import ConnectorError

Words = Mapping[str, str]


class Wanting(Exception):
    """Meta answered, and the answer is not what it takes; the text says what is there instead."""


async def step(name: str, label: Words, todo: Words, ask: Callable[[], Awaitable[str]]) -> Step:
    """Ask; what `ask` returns is the detail."""
    start = perf_counter()
    try:
        detail, ok, tried = await ask(), True, True
    except (ConnectorError, Wanting) as error:
        detail, ok, tried = str(error), False, getattr(error, "code", "") != "not_tried"
    return Step(name, ok, (perf_counter() - start) * 1000, detail[:500], label, {} if ok else todo, tried)


TOKEN: Words = {"es": "El token de acceso vale", "en": "The access token is valid"}
TOKEN_TODO: Words = {
    "es": "Compruebe identificador y clave secreta de la app, y cree un token de usuario del sistema, sin caducidad, con esos permisos.",
    "en": "Check the app's id and secret, and make a system user's token that never expires, with the permissions named.",
}
WEBHOOK: Words = {"es": "Meta nos avisa en nuestra dirección", "en": "Meta calls our webhook address"}
WEBHOOK_TODO: Words = {
    "es": "Pulse «Instalar», o ponga en el panel de la app la dirección y el token de verificación de este canal.",
    "en": "Press “Install”, or enter this channel's address and verify token in the app's dashboard.",
}
SUBSCRIBED: Words = {"es": "La app está suscrita a los mensajes", "en": "The app is subscribed to the messages"}
SUBSCRIBED_TODO: Words = {
    "es": "Pulse «Instalar». Tras una hora de fallos Meta quita la suscripción: instale de nuevo.",
    "en": "Press “Install”. After one hour of failures Meta takes the subscription away: install again.",
}
