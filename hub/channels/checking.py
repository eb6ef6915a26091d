"""The *Check* button, and setting a webhook at the provider's: steps under a time limit; a connector that breaks is a failed step."""

import asyncio
import dataclasses
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from connectors.contract import Connector, Installs, Step, Surroundings
from connectors.errors import AuthFailed, ConnectorError, RateLimited, Unavailable
from connectors.leaving import STEP_S
from hub.channels.fitting import built, without_secrets
from hub.channels.model import Channel
from hub.channels.patience import Patience
from hub.channels.shapes import Steps, StepView, Words, words_of
from hub.errors import Conflict

log = logging.getLogger(__name__)

CHECK_S = 30.0
DETAIL_LENGTH = 500

LABELS = {
    "answer": Words(es="El conector responde", en="The connector answers"),
    "install": Words(es="Instalar el webhook en el proveedor", en="Set the webhook at the provider's"),
    "uninstall": Words(es="Quitar el webhook del proveedor", en="Take the webhook away at the provider's"),
}
TODO: Sequence[tuple[type[BaseException], Words]] = (
    (
        AuthFailed,
        Words(es="Revise las credenciales: el proveedor no las acepta.", en="Check the credentials: the provider does not accept them."),
    ),
    (
        RateLimited,
        Words(
            es="El proveedor pide paciencia: pruebe de nuevo en unos minutos.",
            en="The provider asks for patience: try again in some minutes.",
        ),
    ),
    (
        Unavailable,
        Words(
            es="No se llega al proveedor: revise la dirección y la red.",
            en="The provider cannot be reached: check the address and the network.",
        ),
    ),
    (
        ConnectorError,
        Words(es="Lea lo que dice el proveedor y revise los ajustes.", en="Read what the provider says, and check the settings."),
    ),
    (
        TimeoutError,
        Words(
            es="Nadie ha contestado a tiempo: revise la dirección y la red.",
            en="Nobody answered in time: check the address and the network.",
        ),
    ),
    (Exception, Words(es="El conector ha fallado: el registro del hub dice dónde.", en="The connector broke: the hub's log says where.")),
)
"""What to do about an error, where the connector does not say it itself; the first class that fits."""
NOT_TRIED = Words(
    es="No se ha probado: el proveedor no contestó a lo anterior.", en="Not tried: the provider did not answer what came before."
)
LOOK = Words(es="Lea el detalle y revise los ajustes de este paso.", en="Read the detail, and check the settings of this step.")


class Checking:
    """Tries connectors out, each in an instance of its own beside the one that is open."""

    def __init__(self, surroundings: Callable[[Channel], Surroundings]) -> None:
        self._surroundings = surroundings

    async def check(self, channel: Channel) -> Steps:
        """Everything that can be tried without reaching a customer; each question to the provider waits STEP_S. Raises InvalidSettings,
        UnknownConnector."""
        around = self._surroundings(channel)
        connector = built(channel, dataclasses.replace(around, egress=Patience(around.egress, STEP_S)))
        return await _tried(channel, connector, "answer", connector.check)

    async def install(self, channel: Channel) -> Steps:
        """Set the provider's webhook to the channel's address. Raises Conflict where that cannot be done from here."""
        connector = self._installing(channel)
        return await _tried(channel, connector, "install", connector.install)

    async def uninstall(self, channel: Channel) -> Steps:
        """Take the provider's webhook away. Raises Conflict where that cannot be done from here."""
        connector = self._installing(channel)
        return await _tried(channel, connector, "uninstall", connector.uninstall)

    def installs(self, channel: Channel) -> bool:
        """Whether its webhook can be set from here."""
        try:
            return isinstance(built(channel, self._surroundings(channel)), Installs)
        except Exception:  # settings that do not fit are said elsewhere
            return False

    def _installing(self, channel: Channel) -> Any:
        connector = built(channel, self._surroundings(channel))
        if not isinstance(connector, Installs):
            raise Conflict("cannot_install", f"the webhook of {channel.connector} is set at the provider's: its guide says where")
        return connector


async def _tried(channel: Channel, connector: Connector, name: str, act: Callable[[], Awaitable[Sequence[Step] | None]]) -> Steps:
    """What a connector did, as steps; without steps of its own one that says whether it went well."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(CHECK_S), connector:
            steps = [_view(channel, step) for step in await act() or ()]
    except Exception as error:
        steps = [_failed(channel, name, error, _since(began))]
    if not steps:
        steps = [_view(channel, Step(name, True, _since(began)))]
    return Steps(ok=all(step.ok for step in steps), steps=steps)


def _failed(channel: Channel, name: str, error: Exception, ms: float) -> StepView:
    said = str(error) or (f"no answer within {CHECK_S:.0f} s" if isinstance(error, TimeoutError) else type(error).__name__)
    if not isinstance(error, (ConnectorError, TimeoutError)):
        log.warning("channel %s: %s broke: %s: %s", channel.name, name, type(error).__name__, without_secrets(said, channel))
    todo = next(words for kind, words in TODO if isinstance(error, kind))
    return _view(channel, Step(name, False, ms, said, todo={"es": todo.es, "en": todo.en}))


def _view(channel: Channel, step: Step) -> StepView:
    todo = Words(es="", en="") if step.ok else words_of(step.todo)
    return StepView(
        name=step.name,
        ok=bool(step.ok),
        tried=bool(step.tried),
        ms=round(float(step.ms), 1),
        detail=without_secrets(str(step.detail), channel)[:DETAIL_LENGTH],
        label=words_of(step.label) if step.label else LABELS.get(step.name) or words_of({}, step.name.replace("_", " ").capitalize()),
        todo=NOT_TRIED if not step.tried else todo if step.ok or todo.en or todo.es else LOOK,
    )


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
