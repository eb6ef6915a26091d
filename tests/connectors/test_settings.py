"""Stored secrets stay with the server they were given for."""

import pytest

from connectors.email.settings import Settings as Mail
from connectors.settings import withheld
from connectors.telegram.settings import Settings as Telegram
from connectors.whatsapp.settings import Settings as WhatsApp

MAIL = {"relay_host": "smtp.company.com", "relay_password": "secret"}


@pytest.mark.parametrize(
    ("kind", "before", "given", "fields"),
    [
        (Mail, MAIL, {"relay_host": "smtp.elsewhere.example"}, ["relay_host"]),
        (Mail, MAIL, {"relay_port": 25, "relay_tls": "none"}, ["relay_port", "relay_tls"]),
        (Telegram, {"token": "1:x"}, {"base_url": "https://elsewhere.example"}, ["base_url"]),
        (Telegram, {"token": "1:x", "base_url": "https://mine.example"}, {"base_url": None}, ["base_url"]),
    ],
)
def test_whoever_turns_them_elsewhere_gives_them_again(
    kind: type, before: dict[str, object], given: dict[str, object], fields: list[str]
) -> None:
    assert set(map(tuple, withheld(kind, before, given).values())) == {tuple(fields)}


@pytest.mark.parametrize(
    ("kind", "before", "given"),
    [
        (Mail, MAIL, {"relay_host": "smtp.company.com", "relay_port": 587}),
        (Mail, MAIL, {"name": "Ana", "listen_port": 25}),
        (Mail, MAIL, {"relay_host": "smtp.elsewhere.example", "relay_password": "another"}),
        (Mail, MAIL, {"relay_host": "smtp.elsewhere.example", "relay_password": None}),
        (Mail, {"relay_host": "smtp.company.com"}, {"relay_host": "smtp.elsewhere.example"}),
        (Telegram, {"token": "1:x"}, {"base_url": None}),
        (WhatsApp, {"token": "x"}, {"phone_number_id": "7"}),
    ],
)
def test_any_other_change_asks_for_none(kind: type, before: dict[str, object], given: dict[str, object]) -> None:
    assert withheld(kind, before, given) == {}
