"""What an admin sets for an IRC channel."""

from dataclasses import dataclass

from connectors.settings import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One nick on one server."""

    server: str = setting("Servidor", "Server", group="server", example="irc.company.com", max_length=253)
    port: int = setting("Puerto", "Port", default=6697, low=1, high=65535, group="server")
    tls: bool = setting(
        "Cifrado", "Encryption", default=True, group="server",
        help_es="Sin él, todos leen en la red lo que se escribe.", help_en="Without it, everybody on the network reads what is written.",
    )  # fmt: skip
    nick: str = setting("Apodo", "Nick", help_es="A quien escriben los clientes.", help_en="Whom customers write to.", max_length=30)
    password: str = setting("Contraseña del servidor", "Server password", default="", secret=True, group="server")
