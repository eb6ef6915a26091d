"""The room of those who write in chat bubbles: its parts put together, for the composition root."""

import socketio

from hub.kernel.database import Database
from hub.kernel.ledger import Ledger
from hub.kernel.secrets import Secrets
from hub.visitors.bubbles import Bubbles
from hub.visitors.desk import Takes, VisitorDesk, Waits
from hub.visitors.farewell import Ends, Farewell
from hub.visitors.files import Files, VisitorFiles
from hub.visitors.limits import VisitorLimits
from hub.visitors.live import TellTyping, VisitorSockets
from hub.visitors.tokens import FileLinks, VisitorTokens


class VisitorRoom:
    """Sockets of visitors, and the files that they send and fetch."""

    def __init__(
        self,
        database: Database,
        secrets: Secrets,
        server: socketio.AsyncServer,
        ledger: Ledger,
        files: Files,
        bubbles: Bubbles,
        limits: VisitorLimits,
        intake: Takes,
        waits: Waits,
        ends: Ends,
        tell_typing: TellTyping,
    ) -> None:
        tokens, links = VisitorTokens(secrets.subkey("visitor")), FileLinks(secrets.subkey("visitor files"))
        desk, farewell = VisitorDesk(database, intake, waits, links), Farewell(database, ends)
        self.sockets = VisitorSockets(server, ledger, desk, farewell, tokens, limits, bubbles.of, bubbles.allows, tell_typing)
        self.files = VisitorFiles(desk, tokens, limits, files, links, bubbles.any_allows)
