"""Signing in without a password: tokens are asked for in time, replaced when they are withdrawn, and their end is told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from connectors.contract import Surroundings
from connectors.email.connector import Settings
from connectors.email.tokens import Tokens as Asking
from connectors.email.tokens import form, token_url
from connectors.errors import AuthFailed, Unavailable
from tests.connectors.email.imap.keeper import Keeper, a_mail, collecting
from tests.connectors.email.imap.provider import Tokens, around, mailbox_with_tokens, relay, token_server
from tests.connectors.email.world import outgoing

USER = "support@demo.example"
ACCOUNT = {"address": USER, "relay_host": "127.0.0.1", "relay_tls": "none", "oauth_client_id": "hilo", "oauth_client_secret": "a secret"}


@pytest.fixture
async def tokens() -> AsyncIterator[Tokens]:
    async with token_server(USER) as one:
        yield one


@pytest.fixture
async def surroundings(tokens: Tokens) -> AsyncIterator[Surroundings]:
    async with around(tokens) as one:
        yield one


def given(tokens: Tokens, **more: Any) -> dict[str, Any]:
    """An account at a provider with that server for tokens."""
    url = f"http://127.0.0.1:{tokens.port}/token"
    return {**ACCOUNT, "sign_in": "google", "oauth_refresh_token": "refresh", "oauth_token_url": url, **more}


async def test_mail_is_collected_and_sent_with_tokens_and_a_withdrawn_one_is_replaced(tokens: Tokens, surroundings: Surroundings) -> None:
    async with mailbox_with_tokens(tokens) as server, relay(server, tokens) as port:
        mail = collecting(server.imap_port, USER, surroundings=surroundings, **given(tokens, relay_port=port, imap_password=""))
        await asyncio.to_thread(server.deliver, USER, [a_mail("one")])
        async with Keeper(mail) as keeper:
            await keeper.has("one")
            assert len(tokens.asked) == 1
            tokens.good.clear()
            sent = await mail.send(outgoing(to=outgoing().to))
            assert len(tokens.asked) == 2
        async with Keeper(mail, keeper.cursor) as again:
            await again.looked()
    assert sent.external_id
    assert (await mail.health()).expires_at is None


async def test_consent_that_is_gone_is_said(tokens: Tokens, surroundings: Surroundings) -> None:
    tokens.answers.append(web.json_response({"error": "invalid_grant", "error_description": "consent was withdrawn"}, status=400))
    with pytest.raises(AuthFailed, match="invalid_grant consent was withdrawn"):
        await Asking(Settings(**given(tokens)), surroundings.egress, lambda: 0.0).token()


@pytest.mark.parametrize(
    "answer", [web.Response(status=503), web.Response(text="<html>"), web.json_response([1]), web.json_response({"access_token": 7})]
)
async def test_a_server_that_is_unwell_is_asked_again_later(tokens: Tokens, surroundings: Surroundings, answer: web.Response) -> None:
    tokens.answers.append(answer)
    asking = Asking(Settings(**given(tokens)), surroundings.egress, lambda: 0.0)
    with pytest.raises(Unavailable):
        await asking.token()
    assert await asking.token() == "token-2"


async def test_a_token_is_renewed_before_it_ends_and_used_to_its_end_when_that_fails(tokens: Tokens, surroundings: Surroundings) -> None:
    now = [1000.0]
    asking = Asking(Settings(**given(tokens)), surroundings.egress, lambda: now[0])
    assert [await asking.token(), await asking.token()] == ["token-1", "token-1"]
    now[0] += 3400
    tokens.answers.append(web.Response(status=500))
    assert (await asking.token(), asking.expires_at) == ("token-1", 4600.0)
    assert (await asking.token(), asking.expires_at) == ("token-3", None)


async def test_an_address_in_our_own_network_is_not_asked(surroundings: Surroundings, tokens: Tokens) -> None:
    settings = Settings(**given(tokens, oauth_token_url="https://169.254.169.254/token"))
    with pytest.raises(AuthFailed, match="cannot be used"):
        await Asking(settings, surroundings.egress, lambda: 0.0).token()


def test_microsoft_without_a_refresh_token_is_asked_in_the_applications_own_name() -> None:
    account: dict[str, Any] = {**ACCOUNT, "sign_in": "microsoft", "oauth_tenant": "demo.example"}
    settings = Settings(**account)
    assert token_url(settings) == "https://login.microsoftonline.com/demo.example/oauth2/v2.0/token"
    assert form(settings, "")["grant_type"] == "client_credentials"
    assert form(settings, "refresh")["grant_type"] == "refresh_token"
