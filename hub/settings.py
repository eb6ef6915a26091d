"""What can be set: the shape of config.toml, with what is allowed for each key."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Port = Annotated[int, Meta(ge=0, le=65535)]
Positive = Annotated[int, Meta(ge=1, le=1_000_000)]
Connections = Annotated[int, Meta(ge=2, le=1000)]
Host = Annotated[str, Meta(min_length=1, pattern=r"^[^\s/]+$", description='an address or a host name, such as "127.0.0.1"')]
PublicUrl = Annotated[
    str, Meta(pattern=r"^(https?://[^\s/?#@]+/?)?$", description='empty, or an address without a path, such as "https://hilo.example.com"')
]
DatabaseUrl = Annotated[str, Meta(pattern=r"^(postgres(ql)?://\S+)?$", description='empty, or an address that begins with "postgresql://"')]
RedisUrl = Annotated[str, Meta(pattern=r"^(rediss?://\S+|unix://\S+)?$", description='empty, or an address that begins with "redis://"')]
Scanner = Annotated[str, Meta(pattern=r"^(/\S+|[^\s/]+:[0-9]{1,5})?$", description='empty, "host:port", or the path of a socket')]
Folder = Annotated[str, Meta(min_length=1, description="the path of a folder")]
Networks = Annotated[list[str], Meta(description='a list of addresses or networks, such as ["10.0.0.0/8"]')]
Servers = Annotated[
    list[Annotated[str, Meta(pattern=r"^[^\s/@]+:\d{1,5}$")]],
    Meta(description='a list of servers with their ports, such as ["crm.internal:8000"]'),
]
Level = Literal["debug", "info", "warning", "error"]
Format = Literal["auto", "console", "json"]


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Where people and providers reach the hub."""

    host: Host
    port: Port
    public_url: PublicUrl
    trusted_proxies: Networks


class DatabaseSection(msgspec.Struct, frozen=True, kw_only=True):
    """Which PostgreSQL."""

    url: DatabaseUrl
    connections: Connections
    statement_timeout_s: Positive


class Redis(msgspec.Struct, frozen=True, kw_only=True):
    """What several nodes share."""

    url: RedisUrl


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """What this node keeps."""

    folder: Folder

    @property
    def path(self) -> Path:
        """The folder, absolute."""
        return Path(self.folder).expanduser().resolve()


class Smtp(msgspec.Struct, frozen=True, kw_only=True):
    """Where mail is taken in."""

    host: Host
    port: Port


class EgressSection(msgspec.Struct, frozen=True, kw_only=True):
    """Which servers connectors may call beside the public ones."""

    private: Servers


class ClamAV(msgspec.Struct, frozen=True, kw_only=True):
    """Who examines files of customers."""

    address: Scanner
    away: Literal["allow", "hold"]


class SessionSection(msgspec.Struct, frozen=True, kw_only=True):
    """How long a sign-in lasts."""

    idle_hours: Positive
    days: Positive


class GuessSection(msgspec.Struct, frozen=True, kw_only=True):
    """How many wrong passwords are borne."""

    per_account: Positive
    per_address: Positive
    minutes: Positive


class VisitorSection(msgspec.Struct, frozen=True, kw_only=True):
    """How much strangers may do at the chat bubble."""

    new_per_address: Positive
    upload_megabytes_per_address: Positive
    unused_megabytes_each: Positive
    unused_megabytes: Positive


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """How what arrives is taken in."""

    group_size: Positive
    reopen_hours: Annotated[int, Meta(ge=0, le=100_000)]


class Spool(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept while the database is away."""

    megabytes: Positive


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """How long things are kept."""

    raw_days: Positive
    ledger_months: Annotated[int, Meta(ge=0, le=1200)]
    presence_days: Positive


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """What is written about the running hub."""

    level: Level
    format: Format


class Sandbox(msgspec.Struct, frozen=True, kw_only=True):
    """The pretend outside world of the demo."""

    port: Port


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    """The small lively company to try things with."""

    password: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings, checked. Defaults and meanings stand in config.toml, nowhere else."""

    server: Server
    database: DatabaseSection
    redis: Redis
    data: Data
    smtp: Smtp
    egress: EgressSection
    clamav: ClamAV
    sessions: SessionSection
    guesses: GuessSection
    visitors: VisitorSection
    intake: Intake
    spool: Spool
    retention: Retention
    log: Log
    sandbox: Sandbox
    demo: Demo
