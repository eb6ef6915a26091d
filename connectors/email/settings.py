"""What an admin sets for a mail channel."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from connectors.settings import InvalidSettings, setting

Network = IPv4Network | IPv6Network
ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
"""An address of ours: plain ASCII, and without a plus sign, which marks the reply addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One mail channel: its address, how mail comes in, and the relay through which it goes out."""

    address: str = setting(
        "Dirección",
        "Address",
        help_es="La que escriben los clientes.",
        help_en="What customers write to.",
        shape="email",
        example="support@company.com",
        max_length=254,
    )
    name: str = setting(
        "Nombre del remitente",
        "Sender's name",
        default="",
        help_es="El que ven los clientes junto a la dirección.",
        help_en="What customers see beside the address.",
        max_length=100,
    )
    shown: str = setting(
        "Quién firma como remitente",
        "Whose name is shown",
        default="agent_company",
        choices=("agent_company", "company", "agent"),
        help_es="Ana Ortega (Tienda), solo Tienda, o solo Ana Ortega.",
        help_en="Ana Ortega (Shop), Shop alone, or Ana Ortega alone.",
    )
    relay_host: str = setting(
        "Servidor de salida (SMTP)",
        "Outgoing server (SMTP)",
        group="out",
        help_es="El de su proveedor de correo.",
        help_en="Your mail provider's.",
        example="smtp.company.com",
        max_length=253,
        leads=True,
    )
    relay_port: int = setting(
        "Puerto",
        "Port",
        default=587,
        low=1,
        high=65535,
        group="out",
        help_es="Lo habitual: 587 con starttls, 465 con tls.",
        help_en="Usually 587 with starttls, 465 with tls.",
        leads=True,
    )
    relay_tls: str = setting("Cifrado", "Encryption", default="starttls", choices=("starttls", "tls", "none"), group="out", leads=True)
    relay_user: str = setting("Usuario", "User", default="", group="out")
    relay_password: str = setting(
        "Contraseña",
        "Password",
        default="",
        secret=True,
        group="out",
        help_es="A menudo una contraseña de aplicación.",
        help_en="Often an app password.",
    )
    listen_port: int = setting(
        "Puerto de entrada (SMTP)",
        "Incoming port (SMTP)",
        default=0,
        low=0,
        high=65535,
        group="in",
        help_es="Donde otro servidor entrega el correo; 0: no se recibe. Varios canales pueden compartirlo.",
        help_en="Where another server delivers the mail; 0: none is received. Several channels may share it.",
    )
    listen_protocol: str = setting("Protocolo de entrada", "Incoming protocol", default="smtp", choices=("smtp", "lmtp"), group="in")
    listen_host: str = setting(
        "Dirección de escucha", "Listening address", default="", group="in", help_es="Vacío: la del hub", help_en="Empty: the hub's"
    )
    relays: str = setting(
        "Servidores de correo propios",
        "Mail servers of your own",
        default="127.0.0.1 ::1",
        group="in",
        help_es="Direcciones o redes, separadas por espacios, que pueden abrir muchas conexiones a la vez; cualquier otra, cuatro.",
        help_en="Addresses or networks, separated by spaces, that may open many connections at once; any other may open four.",
    )
    own_domains: str = setting(
        "Dominios de la empresa",
        "The company's domains",
        default="",
        group="trust",
        help_es="Vacío: el de la dirección. Lo que reenvía un compañero, o envía un formulario de la web, es del cliente.",
        help_en="Empty: the address's. What a colleague forwards, or a form on the site sends, is the customer's.",
        example="company.com company.net",
        max_length=1000,
    )
    form_senders: str = setting(
        "Remitentes de formularios",
        "Senders of forms",
        default="",
        group="trust",
        help_es="Direcciones de fuera desde las que escriben los formularios: el cliente es quien figura en Reply-To.",
        help_en="Addresses elsewhere that forms write from: the customer is whoever stands in Reply-To.",
        example="forms@provider.com",
        max_length=1000,
    )
    authserv_id: str = setting(
        "Nombre de su servidor en Authentication-Results",
        "Your server's name in Authentication-Results",
        default="",
        group="trust",
        help_es="Se cree lo que ese servidor escribe sobre SPF, DKIM y DMARC, y a nadie más; vacío: ninguno.",
        help_en="What that server writes about SPF, DKIM and DMARC is believed, and nobody else; empty: none.",
        example="mx.company.com",
        max_length=253,
    )
    look_up: bool = setting(
        "Comprobar firmas",
        "Verify signatures",
        default=True,
        group="trust",
        help_es="DKIM y DMARC, preguntando al DNS. El correo que falla se marca y no entra en el hilo de nadie.",
        help_en="DKIM and DMARC, by asking DNS. Mail that fails is marked and enters nobody's thread.",
    )
    name_server: str = setting(
        "Servidor DNS",
        "DNS server",
        default="",
        group="trust",
        help_es="Vacío: el de esta máquina.",
        help_en="Empty: this machine's.",
        example="192.0.2.53",
        max_length=60,
    )


ADDRESS_WANTED = {
    "es": "debe ser como soporte@empresa.es, en ASCII y sin +",
    "en": "must be like support@company.com, in ASCII and without +",
}
BOTH = {"es": "usuario y contraseña van juntos: dé los dos o ninguno", "en": "user and password go together: give both or neither"}
UNENCRYPTED = {
    "es": "nunca se envía sin cifrar por la red: elija starttls o tls",
    "en": "never sent unencrypted over a network: choose starttls or tls",
}


NAME_SERVER_WANTED = {
    "es": "debe ser una dirección como 192.0.2.53 o 192.0.2.53:5353",
    "en": "must be an address such as 192.0.2.53 or 192.0.2.53:5353",
}
NETWORKS_WANTED = {
    "es": "deben ser direcciones o redes como 10.0.0.0/8, separadas por espacios",
    "en": "must be addresses or networks such as 10.0.0.0/8, separated by spaces",
}


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by spaces. Raises ValueError."""
    return tuple(ip_network(one, strict=False) for one in text.split())


def place_of(server: str) -> tuple[str, int]:
    """Address and port of a name server written as `192.0.2.1`, `192.0.2.1:5353` or `[2001:db8::1]:53`. Raises ValueError."""
    host, colon, port = server.rpartition(":") if server.count(":") == 1 or "]:" in server else (server, "", "")
    return str(ip_address((host if colon else server).strip("[]"))), int(port or 53)


def check_settings(settings: Settings) -> None:
    """Raise InvalidSettings for what no single field shows."""
    problems: dict[str, Mapping[str, str]] = {}
    if not ADDRESS.fullmatch(settings.address):
        problems["address"] = ADDRESS_WANTED
    if problem := _password_problem(settings):
        problems["relay_password"] = problem
    try:
        networks(settings.relays)
    except ValueError:
        problems["relays"] = NETWORKS_WANTED
    try:
        place_of(settings.name_server or "127.0.0.1")
    except ValueError:
        problems["name_server"] = NAME_SERVER_WANTED
    if problems:
        raise InvalidSettings(problems)


def _password_problem(settings: Settings) -> Mapping[str, str] | None:
    if bool(settings.relay_user) != bool(settings.relay_password):
        return BOTH
    loopback = settings.relay_host in ("localhost", "127.0.0.1", "::1")
    return UNENCRYPTED if settings.relay_password and settings.relay_tls == "none" and not loopback else None
