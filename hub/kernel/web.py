"""HTTP: routes that say who may, JSON in and out as msgspec structs, errors as data."""

import asyncio
import errno
import inspect
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from aiohttp import web
from aiohttp.web_protocol import RequestPayloadError

from hub.errors import Forbidden, HubError, Invalid, NotFound, TooMany, Unauthorized, Unavailable
from hub.kernel.database import UNSTORABLE, DatabaseAway

log = logging.getLogger(__name__)

PREFIX = "/api/v1"
PUBLIC = ""
"""The permission of a route that anybody may call."""
SIGNED_IN = "signed_in"
"""The permission that everybody who is signed in has."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_LIMIT = 1024 * 1024
BODY_S = 30.0
"""How long a body may take to come: whoever lets it drip holds a connection for nothing."""
UPLOAD_LIMIT = 35 * 1024 * 1024


class View(msgspec.Struct, kw_only=True):
    """Base of what goes out."""


class Input(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of what comes in: a field that is not declared is refused."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling: a colleague, by a browser's session or an API token."""

    agent: str
    name: str
    role: str
    locale: str
    permissions: frozenset[str]
    csrf: str | None
    """The session's token that unsafe methods must carry; None for an API token, which needs none."""
    session: str = ""
    """Names the sign-in or API token, without being a credential: sockets are cut by it."""

    def may(self, permission: str) -> bool:
        """Whether the permission is among those of the role."""
        return permission in (PUBLIC, SIGNED_IN) or permission in self.permissions


class Authenticator(Protocol):
    """Finds out who is calling; None when nobody is signed in."""

    async def authenticate(self, request: web.Request) -> Principal | None: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked: who, and what was asked."""

    request: web.Request
    principal: Principal | None
    body: Any
    query: Any

    def text(self, name: str) -> str:
        """A part of the path."""
        return self.request.match_info[name]

    def id(self, name: str = "id") -> str:
        """A part of the path that is a UUID. Raises NotFound otherwise: no such thing can exist."""
        try:
            return str(msgspec.convert(self.request.match_info[name], type=UUID))
        except msgspec.ValidationError:
            raise NotFound("not_found", f"{self.request.match_info[name]!r} is not an id") from None

    @property
    def who(self) -> Principal:
        """The caller of a route that is not public."""
        if self.principal is None:
            raise Unauthorized("not_signed_in", "sign in first")
        return self.principal


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with a status of its own, or with headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """One route: method, path, who may, and the shapes in and out. The handler's docstring is its documentation."""

    method: str
    path: str
    handler: Handler
    needs: str
    body: Any = None
    query: Any = None
    answers: Mapping[int, Any] = field(default_factory=dict)
    prefix: str = PREFIX
    raw_body: bool = False
    """The handler reads the body itself (uploads); otherwise it is JSON."""

    @property
    def full_path(self) -> str:
        """With its prefix."""
        return self.prefix + self.path

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (inspect.getdoc(self.handler) or "").split("\n", 1)[0]


def get(path: str, handler: Handler, *, needs: str, **more: Any) -> Route:
    """A route that reads."""
    return Route("GET", path, handler, needs, **more)


def post(path: str, handler: Handler, *, needs: str, **more: Any) -> Route:
    """A route that makes or does."""
    return Route("POST", path, handler, needs, **more)


def put(path: str, handler: Handler, *, needs: str, **more: Any) -> Route:
    """A route that sets."""
    return Route("PUT", path, handler, needs, **more)


def patch(path: str, handler: Handler, *, needs: str, **more: Any) -> Route:
    """A route that changes some fields."""
    return Route("PATCH", path, handler, needs, **more)


def delete(path: str, handler: Handler, *, needs: str, **more: Any) -> Route:
    """A route that removes."""
    return Route("DELETE", path, handler, needs, **more)


class Page(Input):
    """The query of a list: where to go on, and how many."""

    after: str | None = None
    limit: int = 50

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= 200:
            raise ValueError("limit must be between 1 and 200")


Body = TypeVar("Body")


def decode(data: bytes, shape: type[Body]) -> Body:
    """JSON into a struct. Raises Invalid naming the field and what is allowed."""
    try:
        return msgspec.json.decode(data or b"null", type=shape)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("not_json", f"the body is not JSON: {error}") from None
    except RecursionError:
        raise Invalid("not_json", "the body is nested too deeply") from None


def _invalid(error: Exception) -> Invalid:
    said, _, place = str(error).partition(" - at `")
    name = place.strip("`").removeprefix("$").lstrip(".") or "body"
    return Invalid("invalid", f"{name}: {said}", fields={name: said})


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Anything msgspec can write, as JSON."""
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json", headers=headers)


class WebRooms:
    """Turns routes into aiohttp handlers: who, permission, CSRF, shapes, errors."""

    def __init__(self, authenticator: Authenticator, public_origin: Callable[[web.Request], bool]) -> None:
        self._authenticator = authenticator
        self._same_origin = public_origin
        self.routes: list[Route] = []

    def add(self, app: web.Application, routes: Iterable[Route]) -> None:
        """Register routes with the application."""
        for route in routes:
            self.routes.append(route)
            app.router.add_route(route.method, route.full_path, self._wrap(route))

    def _wrap(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            principal = None
            if route.needs != PUBLIC:
                principal = await self._admit(route, request)
            call = Call(request, principal, await _body(route, request), _query(route, request))
            return _respond(route, await route.handler(call))

        return handle

    async def _admit(self, route: Route, request: web.Request) -> Principal:
        principal = await self._authenticator.authenticate(request)
        if principal is None:
            raise Unauthorized("not_signed_in", "sign in first")
        if principal.csrf is not None and request.method not in SAFE_METHODS:
            self._check_forgery(principal.csrf, request)
        if not principal.may(route.needs):
            raise Forbidden("not_allowed", f"your role ({principal.role}) does not have the permission {route.needs}")
        return principal

    def _check_forgery(self, csrf: str, request: web.Request) -> None:
        given = request.headers.get("X-CSRF-Token", "")
        if not secrets.compare_digest(given.encode(errors="surrogatepass"), csrf.encode()):
            raise Forbidden("csrf", "the header X-CSRF-Token is missing or is not this session's")
        if not self._same_origin(request):
            raise Forbidden("origin", "the request comes from another site")


async def _body(route: Route, request: web.Request) -> Any:
    if route.body is None or route.raw_body:
        return None
    if request.content_length is not None and request.content_length > BODY_LIMIT:
        raise web.HTTPRequestEntityTooLarge(max_size=BODY_LIMIT, actual_size=request.content_length)
    return decode(await read_body(request, BODY_LIMIT), route.body)


async def read_body(request: web.Request, limit: int) -> bytes:
    """The whole body, also when it comes in pieces or packed. Raises HTTPRequestEntityTooLarge as soon as it is over the limit, and
    HTTPRequestTimeout when it is not here in time."""
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for piece in request.content.iter_any():
                data += piece
                if len(data) > limit:
                    raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=len(data))
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    return bytes(data)


def _query(route: Route, request: web.Request) -> Any:
    if route.query is None:
        return None
    try:
        return msgspec.convert(dict(request.query), type=route.query, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None


def _respond(route: Route, result: Any) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    if not isinstance(result, Answer):
        result = Answer(204 if result is None else 200, result)
    if result.status == 204:
        return web.Response(status=204, headers=result.headers)
    return json_answer(result.body, result.status, result.headers)


def error_answer(error: HubError, reference: str) -> web.Response:
    """The shape of every error."""
    body = {"error": {"code": error.code, "message": error.message, "fields": error.fields, "reference": reference}}
    headers = {"Retry-After": str(max(1, round(error.retry_after)))} if isinstance(error, TooMany) else {}
    return json_answer(body, error.status, headers)


def _reference() -> str:
    """A short number that a person can read out and that stands in the log."""
    number = secrets.token_hex(4).upper()
    return f"{number[:3]}-{number[3:]}"


HTTP_CODES = {400: "bad_request", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 408: "too_slow", 413: "too_large"}


FULL = (errno.ENOSPC, errno.EDQUOT)


@web.middleware
async def errors_as_data(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """Every error leaves as JSON with a code and a reference; what is unexpected is logged under that reference, never shown."""
    try:
        return await handler(request)
    except HubError as error:
        return error_answer(error, _reference())
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return error_answer(_with_status(error.status, HTTP_CODES.get(error.status, "http"), error.reason), _reference())
    except Exception as error:
        reference = _reference()
        return error_answer(_meant(error, f"{request.method} {request.path}", reference), reference)


def _meant(error: Exception, what: str, reference: str) -> HubError:
    """What is answered for an error that is not one of ours, and what is logged."""
    if isinstance(error, UNSTORABLE):
        return Invalid("invalid", "a text has the character NUL, which cannot be kept")
    if isinstance(error, RequestPayloadError):
        log.info("%s: the body cannot be read: %s", what, error)
        return _with_status(400, "broken_body", "the body ends too early, or is not packed as its header says")
    if isinstance(error, DatabaseAway):
        log.warning("%s: the database is away: %s", what, error)
        return Unavailable("database_away", "the database cannot be reached; nothing was changed. Try again.")
    if isinstance(error, OSError) and error.errno in FULL:
        log.error("%s: no room on the disk: %s", what, error)
        return Unavailable("disk_full", "the hub has no room left on its disk; nothing was changed. Tell an administrator.")
    log.error("%s failed, reference %s", what, reference, exc_info=error)
    return HubError("internal", f"something broke here; it is logged under {reference}")


def _with_status(status: int, code: str, message: str) -> HubError:
    error = HubError(code, message)
    error.status = status
    return error


def same_site(public_url: Callable[[], str]) -> Callable[[web.Request], bool]:
    """Whether a request's Origin is ours: the public address, or the host it was sent to. Without Origin it is no browser's form."""

    def check(request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        if origin is None:
            return True
        try:
            theirs = urlsplit(origin)
        except ValueError:
            return False
        return origin == public_url().rstrip("/") or (theirs.netloc == request.host and theirs.scheme in ("http", "https"))

    return check
