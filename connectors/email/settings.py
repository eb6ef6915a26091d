"""What an admin sets for a mail channel."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from connectors.settings import setting

Network = IPv4Network | IPv6Network
ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
"""An address of ours: plain ASCII, and without a plus sign, which marks the reply addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One mail channel: its address, how the hub signs in, the relay through which mail goes out, the ways in which it comes in."""

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
    sign_in: str = setting(
        "Cómo se identifica el hub",
        "How the hub signs in",
        default="password",
        choices=("password", "google", "microsoft"),
        group="account",
        help_es="password: usuario y contraseña. google y microsoft: sin contraseña, con una aplicación registrada allí (OAuth 2.0).",
        help_en="password: user and password. google and microsoft: no password, by an application registered there (OAuth 2.0).",
        leads=True,
    )
    oauth_client_id: str = setting(
        "Id. de la aplicación", "Application (client) id", default="", group="account", shown_if=("sign_in", "google|microsoft")
    )
    oauth_client_secret: str = setting(
        "Secreto de la aplicación", "Client secret", default="", secret=True, group="account", shown_if=("sign_in", "google|microsoft")
    )
    oauth_refresh_token: str = setting(
        "Token de actualización",
        "Refresh token",
        default="",
        secret=True,
        max_length=4000,
        group="account",
        shown_if=("sign_in", "google|microsoft"),
        help_es="En Microsoft puede quedar vacío: entonces la aplicación entra en su propio nombre y nada caduca.",
        help_en="May be empty at Microsoft: the application then signs in in its own name, and nothing expires.",
    )
    oauth_tenant: str = setting(
        "Inquilino (tenant)",
        "Tenant",
        default="common",
        group="account",
        shown_if=("sign_in", "microsoft"),
        help_es="Id. o dominio de su organización en Microsoft 365.",
        help_en="Your organisation's id or domain in Microsoft 365.",
        leads=True,
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
        shown_if=("sign_in", "password"),
        help_es="A menudo una contraseña de aplicación.",
        help_en="Often an app password.",
    )
    imap: bool = setting(
        "Recoger el correo de un buzón (IMAP)",
        "Collect the mail from a mailbox (IMAP)",
        default=False,
        group="mailbox",
        help_es="Lo habitual en Gmail, Microsoft 365 y casi todos los proveedores.",
        help_en="The usual way at Gmail, Microsoft 365 and nearly every provider.",
    )
    imap_host: str = setting(
        "Servidor IMAP",
        "IMAP server",
        default="",
        group="mailbox",
        shown_if=("imap", "true"),
        example="imap.company.com",
        max_length=253,
        leads=True,
    )
    imap_port: int = setting(
        "Puerto",
        "Port",
        default=993,
        low=1,
        high=65535,
        group="mailbox",
        shown_if=("imap", "true"),
        help_es="Lo habitual: 993 con tls, 143 con starttls.",
        help_en="Usually 993 with tls, 143 with starttls.",
        leads=True,
    )
    imap_tls: str = setting(
        "Cifrado", "Encryption", default="tls", choices=("tls", "starttls", "none"), group="mailbox", shown_if=("imap", "true"), leads=True
    )
    imap_user: str = setting(
        "Usuario",
        "User",
        default="",
        group="mailbox",
        shown_if=("imap", "true"),
        help_es="Vacío: el de salida, o la dirección.",
        help_en="Empty: the outgoing server's, or else the address.",
    )
    imap_password: str = setting(
        "Contraseña",
        "Password",
        default="",
        secret=True,
        group="mailbox",
        shown_if=("imap", "true"),
        help_es="Vacía: la de salida.",
        help_en="Empty: the outgoing server's.",
    )
    imap_folders: str = setting(
        "Carpetas",
        "Folders",
        default="INBOX",
        group="mailbox",
        shown_if=("imap", "true"),
        shape="lines",
        help_es="Una por línea. La primera se atiende al instante; las demás, cada minuto.",
        help_en="One a line. The first is looked after at once, the others every minute.",
    )
    imap_junk: bool = setting(
        "Leer también el correo no deseado",
        "Read the junk folder too",
        default=False,
        group="mailbox",
        shown_if=("imap", "true"),
        help_es="La carpeta que el servidor señala como tal.",
        help_en="The folder that the server says is for that.",
    )
    imap_after: str = setting(
        "Después de leer",
        "After reading",
        default="leave",
        choices=("leave", "read", "move"),
        group="mailbox",
        shown_if=("imap", "true"),
        help_es="leave: dejarlo como está. read: marcarlo como leído. move: llevarlo a otra carpeta.",
        help_en="leave: as it is. read: mark it as read. move: take it to another folder.",
    )
    imap_move_to: str = setting(
        "Carpeta de destino",
        "Folder to move to",
        default="",
        group="mailbox",
        shown_if=("imap_after", "move"),
        example="Hilo",
        help_es="Si no existe, se crea.",
        help_en="It is made if it is not there.",
    )
    imap_first: str = setting(
        "La primera vez, el correo de",
        "The first time, the mail of",
        default="day",
        choices=("day", "week", "month", "all"),
        group="mailbox",
        shown_if=("imap", "true"),
        help_es="Del correo que ya está en el buzón: el último día, semana o mes, o todo.",
        help_en="Of the mail that is there already: the last day, week or month, or all.",
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
        help_es="Direcciones o redes, separadas por espacios: pueden abrir más de cuatro conexiones, y se les cree sobre el remitente.",
        help_en="Addresses or networks, separated by spaces: they may open more than four connections, and are believed about senders.",
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
        help_es="Lo que escribe sobre SPF, DKIM y DMARC se cree, si el correo lo entrega un servidor propio. Vacío: a nadie.",
        help_en="What it writes about SPF, DKIM and DMARC is believed, in mail that a server of your own hands over. Empty: nobody.",
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
        group="advanced",
        help_es="Vacío: el de esta máquina.",
        help_en="Empty: this machine's.",
        example="192.0.2.53",
        max_length=60,
    )

    oauth_token_url: str = setting(
        "Dirección de los tokens",
        "Token address",
        default="",
        group="advanced",
        shown_if=("sign_in", "google|microsoft"),
        help_es="Vacía: la del proveedor. Debe ser https.",
        help_en="Empty: the provider's own. It has to be https.",
        max_length=1000,
        leads=True,
    )


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by spaces. Raises ValueError."""
    return tuple(ip_network(one, strict=False) for one in text.split())


def folders_of(settings: Settings) -> tuple[str, ...]:
    """The folders to read, in the order in which they were given."""
    return tuple(dict.fromkeys(one.strip() for one in settings.imap_folders.splitlines() if one.strip()))


def place_of(server: str) -> tuple[str, int]:
    """Address and port of a name server written as `192.0.2.1`, `192.0.2.1:5353` or `[2001:db8::1]:53`. Raises ValueError."""
    host, colon, port = server.rpartition(":") if server.count(":") == 1 or "]:" in server else (server, "", "")
    return str(ip_address((host if colon else server).strip("[]"))), int(port or 53)


def imap_user(settings: Settings) -> str:
    """Who signs in to the mailbox."""
    return settings.imap_user or settings.relay_user or settings.address


def relay_user(settings: Settings) -> str:
    """Who signs in to the outgoing server; empty when nobody has to."""
    return settings.relay_user or (settings.address if settings.sign_in != "password" else "")
