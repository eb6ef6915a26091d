"""The Graph API of pretend Meta: `/meta/v…/…`, with tokens and proofs as the real one."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from sandbox.double import Shown
from sandbox.meta import messaging, whatsapp
from sandbox.meta.answers import GraphError
from sandbox.meta.company import (
    ACCOUNT_ID,
    APP_ID,
    APP_SECRET,
    APP_TOKEN,
    INSTAGRAM_ID,
    NAME,
    NUMBERS,
    TEMPLATES,
    TOKENS,
)
from sandbox.meta.files import kind_of
from sandbox.meta.history import inbox
from sandbox.meta.hooks import Hooks, Subscription
from sandbox.meta.messaging import ACCOUNTS
from sandbox.meta.telling import WHATSAPP, Phones, owner

ROOT = "/meta/{version}"
NUMBER = f"/{{number:{'|'.join(NUMBERS)}}}"
Verb = Callable[[web.Request], Awaitable[web.StreamResponse]]


class GraphApi:
    """What the business calls."""

    def __init__(self, hooks: Hooks, phones: Phones) -> None:
        self._hooks, self._phones = hooks, phones
        self._people, self._files = phones.people, phones.files
        self.quality = "GREEN"

    def routes(self) -> list[web.RouteDef]:
        """All addresses, below the version."""
        verbs: list[tuple[str, str, Verb]] = [
            ("GET", "/debug_token", self.debug_token),
            ("GET", f"/{APP_ID}/subscriptions", self.subscriptions),
            ("POST", f"/{APP_ID}/subscriptions", self.subscribe_app),
            ("DELETE", f"/{APP_ID}/subscriptions", self.unsubscribe_app),
            ("GET", "/me", self.me),
            ("GET", "/me/subscribed_apps", self.subscribed_apps),
            ("POST", "/me/subscribed_apps", self.subscribe),
            ("DELETE", "/me/subscribed_apps", self.unsubscribe),
            ("GET", "/me/conversations", self.conversations),
            ("POST", "/me/messages", self.send_as_page),
            ("POST", "/me/message_attachments", self.keep_attachment),
            ("GET", f"/{ACCOUNT_ID}/phone_numbers", self.numbers),
            ("GET", f"/{ACCOUNT_ID}/subscribed_apps", self.subscribed_apps),
            ("POST", f"/{ACCOUNT_ID}/subscribed_apps", self.subscribe),
            ("GET", f"/{ACCOUNT_ID}/message_templates", self.templates),
            ("GET", NUMBER, self.number),
            ("POST", NUMBER, self.configure),
            ("POST", f"{NUMBER}/messages", self.send),
            ("POST", f"{NUMBER}/media", self.keep_media),
            ("GET", "/{id}", self.look_up),
        ]
        found = [web.route(method, ROOT + path, verb) for method, path, verb in verbs]
        return [*found, web.get("/meta/media/{id}", self.download), web.get("/meta/cdn/{id}/{name}", self.download)]

    # ── Who asks ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _token(self, request: web.Request) -> str:
        """The token, once token and proof hold. Raises GraphError."""
        token = token_of(request)
        if token == APP_TOKEN:
            return token
        if token not in TOKENS:
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token", status=401)
        proof = hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        if request.query.get("appsecret_proof", proof if "media" in request.path else "") != proof:
            raise GraphError(100, "Invalid appsecret_proof provided in the API argument")
        return token

    def _app(self, request: web.Request) -> str:
        """Which of the three a token is for. Raises GraphError."""
        token = self._token(request)
        if token == APP_TOKEN:
            raise GraphError(200, "An app token cannot do this", status=403)
        return TOKENS[token].app

    async def debug_token(self, request: web.Request) -> web.Response:
        """What a token may do."""
        if self._token(request) != APP_TOKEN:
            raise GraphError(100, "You must provide an app access token")
        known = TOKENS.get(request.query.get("input_token", ""))
        if known is None:
            return web.json_response({"data": {"is_valid": False, "app_id": APP_ID, "scopes": []}})
        data = {"app_id": APP_ID, "is_valid": True, "expires_at": 0, "data_access_expires_at": 0, "scopes": list(known.scopes)}
        return web.json_response({"data": data})

    # ── Webhooks ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def subscriptions(self, request: web.Request) -> web.Response:
        self._token(request)
        described = [
            {"object": name, "callback_url": one.address, "active": True, "fields": [{"name": field} for field in one.fields]}
            for name, one in self._hooks.by_object.items()
            if one.address
        ]
        return web.json_response({"data": described})

    async def subscribe_app(self, request: web.Request) -> web.Response:
        if self._token(request) != APP_TOKEN:
            raise GraphError(15, "This method must be called with an app access_token.")
        given = await body_of(request)
        await self._hooks.shake_hands(str(given.get("callback_url")), str(given.get("verify_token")))
        fields = str(given.get("fields") or "").split(",")
        self._hooks.by_object[str(given["object"])] = Subscription(str(given["callback_url"]), str(given["verify_token"]), fields)
        return done()

    async def unsubscribe_app(self, request: web.Request) -> web.Response:
        self._token(request)
        self._hooks.by_object.pop(request.query.get("object", ""), None)
        return done()

    async def subscribed_apps(self, request: web.Request) -> web.Response:
        fields = self._phones.subscribed.get(owner(self._app(request)))
        if fields is None:
            return web.json_response({"data": []})
        own = {"id": APP_ID, "name": NAME, "link": ""}
        shape = {"whatsapp_business_api_data": own} if TOKENS[self._token(request)].app == "whatsapp" else own
        return web.json_response({"data": [{**shape, "subscribed_fields": fields}]})

    async def subscribe(self, request: web.Request) -> web.Response:
        app, given = self._app(request), await body_of(request)
        fields = [one for one in str(given.get("subscribed_fields") or "").split(",") if one]
        if app != "whatsapp" and not fields:
            raise GraphError(100, "Param subscribed_fields must be an array")
        self._phones.subscribed[owner(app)] = fields
        return done()

    async def unsubscribe(self, request: web.Request) -> web.Response:
        self._phones.subscribed.pop(owner(self._app(request)), None)
        return done()

    # ── The accounts ────────────────────────────────────────────────────────────────────────────────────────────────

    async def me(self, request: web.Request) -> web.Response:
        app = self._app(request)
        linked = {"instagram_business_account": {"id": INSTAGRAM_ID, "username": "barroylino"}}
        return web.json_response(
            {
                "id": ACCOUNTS["messenger" if app == "instagram" else app],
                "name": NAME,
                **(linked if "instagram" in request.query.get("fields", "") else {}),
            }
        )

    async def numbers(self, request: web.Request) -> web.Response:
        self._app(request)
        return web.json_response({"data": [self._number(one) for one in NUMBERS]})

    async def number(self, request: web.Request) -> web.Response:
        self._app(request)
        id_ = request.match_info["number"]
        wanted, known = request.query.get("fields", "").split(","), self._number(id_)
        if missing := [one for one in wanted if one and one not in known]:
            raise GraphError(100, f"Tried accessing nonexisting field ({missing[0]}) on node type (WhatsAppBusinessPhoneNumber)")
        return web.json_response({"id": id_, **{one: known[one] for one in wanted if one}})

    def _number(self, id_: str) -> dict[str, Any]:
        app = self._hooks.by_object.get(WHATSAPP, Subscription()).address
        addresses = {"phone_number": self._hooks.overrides.get(id_), "application": app}
        return {
            "id": id_,
            "verified_name": NAME,
            "display_phone_number": f"+{NUMBERS[id_]}",
            "quality_rating": self.quality,
            "status": "CONNECTED",
            "throughput": {"level": "STANDARD"},
            "messaging_limit_tier": "TIER_1K",
            "webhook_configuration": {name: one for name, one in addresses.items() if one},
        }

    async def configure(self, request: web.Request) -> web.Response:
        """An address of the number's own for its webhooks."""
        self._app(request)
        given = (await body_of(request)).get("webhook_configuration") or {}
        address = str(given.get("override_callback_uri") or "")
        if address:
            await self._hooks.shake_hands(address, str(given.get("verify_token")))
        self._hooks.overrides[request.match_info["number"]] = address
        return done()

    async def templates(self, request: web.Request) -> web.Response:
        """One a page, so that paging is seen to work."""
        self._app(request)
        after = int(request.query.get("after") or 0)
        paging: dict[str, Any] = {"cursors": {"before": str(after), "after": str(after + 1)}}
        if after + 1 < len(TEMPLATES):
            paging["next"] = str(request.url.update_query(after=str(after + 1)))
        return web.json_response({"data": [dict(one) for one in TEMPLATES[after : after + 1]], "paging": paging})

    # ── Messages ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, request: web.Request) -> web.Response:
        """WhatsApp's `/messages`: a message, a reaction, or that something was read."""
        self._app(request)
        given = await body_of(request)
        if given.get("status") == "read":
            self._noticed(str(given.get("message_id")), typing=bool(given.get("typing_indicator")))
            return done()
        to = str(given.get("to") or given.get("recipient") or "").removeprefix("+")
        if not to:
            raise GraphError(100, "The parameter to is required.")
        account = request.match_info["number"]
        person = self._people.find("whatsapp", to, account) or self._people.of({"app": "whatsapp", "account": account, "customer": to})
        contact = {"input": to, "user_id": person.user_id, **({} if person.username else {"wa_id": person.id})}
        if given.get("type") == "reaction":
            said = given.get("reaction") or {}
            await self._phones.sign_of(str(said.get("message_id")), str(said.get("emoji") or ""))
            sent = Shown(whatsapp.new_id(), person.id, mine=False)
        else:
            sent = whatsapp.read_outgoing(given, self._files)
            await self._phones.arrive(person, sent)
        return web.json_response({"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": sent.id}]})

    def _noticed(self, message: str, *, typing: bool) -> None:
        """The business read a message, and may be writing the answer."""
        self._phones.notices.append(("typing" if typing else "read", message))
        answered = next((one for one in self._phones.shown("whatsapp") if one.id == message), None)
        if typing and answered and (person := self._people.find("whatsapp", answered.customer, answered.account)):
            self._phones.tell_typing(person, on=True)

    async def send_as_page(self, request: web.Request) -> web.Response:
        """Messenger's and Instagram's: a message, or a sender action."""
        app, given = self._app(request), await body_of(request)
        person = self._people.find(app, str((given.get("recipient") or {}).get("id")))
        if person is None:
            raise GraphError(100, "No matching user found", sub=2018001)
        if action := given.get("sender_action"):
            said = given.get("payload") or {}
            if action in ("react", "unreact"):
                await self._phones.sign_of(str(said.get("message_id")), str(said.get("reaction") or ""))
            else:
                self._phones.notices.append((str(action), person.id))
                if action in ("typing_on", "typing_off"):
                    self._phones.tell_typing(person, on=action == "typing_on")
            return web.json_response({"recipient_id": person.id})
        sent = messaging.read_outgoing(app, person, given, self._files)
        await self._phones.arrive(person, sent)
        return web.json_response({"recipient_id": person.id, "message_id": sent.id})

    async def conversations(self, request: web.Request) -> web.Response:
        """The inbox, with what was told and what was not."""
        app = self._app(request)
        if request.query.get("platform", "messenger") != ("messenger" if app == "second_page" else app):
            raise GraphError(100, "Param platform is for another account")
        return web.json_response({"data": inbox(app, self._phones)})

    # ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def keep_media(self, request: web.Request) -> web.Response:
        self._app(request)
        file, fields = await self._files.handed_over(request, "file")
        if fields.get("messaging_product") != "whatsapp":
            raise GraphError(100, "(messaging_product) is required")
        return web.json_response({"id": file.id})

    async def keep_attachment(self, request: web.Request) -> web.Response:
        self._app(request)
        file, _ = await self._files.handed_over(request, "filedata")
        return web.json_response({"attachment_id": file.id})

    async def look_up(self, request: web.Request) -> web.Response:
        """Where a file's bytes are."""
        self._app(request)
        file = self._files.needed(request.match_info["id"])
        address = str(request.url.origin() / "meta" / "media" / file.id)
        told = {"id": file.id, "url": address, "mime_type": file.type, "file_size": len(file.data), "messaging_product": "whatsapp"}
        return web.json_response(told)

    async def download(self, request: web.Request) -> web.Response:
        """The bytes: WhatsApp's only with the token, the others' for whoever has the address."""
        if "/media/" in request.path:
            self._token(request)
        file = self._files.find(request.match_info["id"])
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.data, content_type=file.type if kind_of(file.type) != "file" else "application/octet-stream")


def token_of(request: web.Request) -> str:
    """The token that a call brings; empty: none."""
    return request.headers.get("Authorization", "").removeprefix("Bearer ") or request.query.get("access_token", "")


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object in the body. Raises GraphError."""
    try:
        given = await request.json()
    except ValueError as error:
        raise GraphError(100, "Invalid JSON for postcard") from error
    if not isinstance(given, Mapping):
        raise GraphError(100, "An object is expected")
    return dict(given)


def done() -> web.Response:
    return web.json_response({"success": True})
