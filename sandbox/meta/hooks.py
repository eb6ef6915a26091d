"""Meta's webhooks: where they go, the handshake, the signature, the retries, and the end of Meta's patience.

What is not answered with 200 comes again after growing pauses. When nothing of a page's or an account's got through for an hour, Meta takes
the subscription away: what happens afterwards is told to nobody. `speed` makes Meta's clock run faster than ours.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from sandbox.double import WEBHOOKS, Fault
from sandbox.meta.answers import GraphError
from sandbox.meta.company import APP_SECRET
from sandbox.trips import SHOWN, Diary, Purpose, Told

PAUSES_S = (5, 15, 30, 60, 120, 240, 480, 900, 1800)
PATIENCE_S = 3600.0
GIVES_UP_S = {"whatsapp_business_account": 7 * 86_400.0}
GIVES_UP_USUALLY_S = 36 * 3600.0
ANSWER_S = 20.0
AROUND = ("messaging_product", "metadata", "contacts", "sender", "recipient", "timestamp")
"""What stands around that which a webhook tells."""
APPS = {"whatsapp_business_account": "whatsapp", "page": "messenger", "instagram": "instagram"}


@dataclass(slots=True)
class Subscription:
    """One object of the app: where its webhooks go, and since when none got through (Meta's time)."""

    address: str = ""
    verify_token: str = ""
    fields: list[str] = field(default_factory=lambda: ["messages"])
    failing_since: float | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """One webhook that Meta sent: which object, which attempt, and the hub's answer (0: none)."""

    object: str
    attempt: int
    status: int
    body: bytes


class Hooks:
    """All webhooks of the app. `fault` gives the fault to commit now; `unsubscribed` is told when Meta has had enough."""

    def __init__(
        self, fault: Callable[..., Fault | None], unsubscribed: Callable[[str], None], diary: Diary, *, speed: float = 1.0
    ) -> None:
        self.by_object: dict[str, Subscription] = {}
        self.overrides: dict[str, str] = {}
        """Number or WhatsApp account -> an address of its own."""
        self.tried: list[Tried] = []
        self._fault = fault
        self._unsubscribed = unsubscribed
        self._diary = diary
        self._speed = speed
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[tuple[str, str, bytes]] = []

    def fields(self, object_: str) -> list[str]:
        """What the app is told of an object."""
        found = self.by_object.get(object_)
        return found.fields if found else []

    async def close(self) -> None:
        """Stop all retries."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def forget(self) -> None:
        """Empty the ledger and drop what would be tried again; subscriptions stay."""
        self.tried.clear()
        self._held.clear()
        for task in list(self._tasks):
            task.cancel()

    def recall(self, by_object: dict[str, Subscription], overrides: dict[str, str]) -> None:
        """Where webhooks went; Meta's patience begins anew, for its clock did not run meanwhile."""
        self.by_object = {name: replace(one, failing_since=None) for name, one in by_object.items()}
        self.overrides = overrides

    async def idle(self) -> None:
        """Until nothing is under way any more, retries included."""
        while self._tasks:
            await asyncio.gather(*list(self._tasks), return_exceptions=True)

    async def shake_hands(self, address: str, verify_token: str) -> None:
        """Ask an address whether it wants our webhooks. Raises GraphError when it does not answer the challenge."""
        challenge = str(secrets.randbelow(10**10))
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        try:
            async with self._client().get(address, params=query, allow_redirects=False) as response:
                said = await response.text()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise GraphError(2200, f"Callback verification failed: {error!r}") from error
        if response.status != 200 or said != challenge:
            raise GraphError(2200, f"Callback verification failed: answered {response.status} without the challenge")

    def tell(self, object_: str, entry: Mapping[str, Any], *, of: tuple[str, ...] = ()) -> None:
        """Send a webhook, in the background. `of`: what may have an address of its own (number, account)."""
        body = json.dumps({"object": object_, "entry": [entry]}, ensure_ascii=False).encode()
        address = next((self.overrides[one] for one in of if self.overrides.get(one)), "")
        address = address or self.by_object.get(object_, Subscription()).address
        if not address:
            return
        fault = self._fault(*WEBHOOKS, purpose=Purpose(APPS[object_]) if object_ in APPS else Purpose())
        kind = fault.kind if fault else ""
        if kind == "lost":
            self._diary.lost(self._entry(object_, address, body))
            return
        if kind == "shuffled":
            self._held.append((object_, address, body))
            return
        wait = fault.ms / 1000 if fault and kind == "late" else 0.0
        for _ in range(2 if kind == "twice" else 1):
            self._begin(self._deliver(object_, address, body, wait=wait, signed=kind != "unsigned"))
        while self._held:
            self._begin(self._deliver(*self._held.pop()))

    def _begin(self, delivering: Any) -> None:
        task = asyncio.create_task(delivering)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, object_: str, address: str, body: bytes, *, wait: float = 0.0, signed: bool = True) -> None:
        await asyncio.sleep(wait)
        began, told = self._now(), self._entry(object_, address, body)
        for attempt in range(1, 1000):
            if await self._try(object_, address, body, attempt, told, signed=signed):
                return
            if not signed or self._has_had_enough(object_) or self._now() - began > GIVES_UP_S.get(object_, GIVES_UP_USUALLY_S):
                return
            await asyncio.sleep(PAUSES_S[min(attempt, len(PAUSES_S)) - 1] / self._speed)
            if not self._still_wanted(object_, address):
                return

    def _entry(self, object_: str, address: str, body: bytes) -> Told:
        return self._diary.begin(APPS.get(object_, ""), what_of(body), address, body[: 2 * SHOWN].decode(errors="replace"))

    async def _try(self, object_: str, address: str, body: bytes, attempt: int, told: Told, *, signed: bool) -> bool:
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if signed:
            headers["X-Hub-Signature-256"] = sign(body)
        status, began = 0, time.monotonic()
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with self._client().post(address, data=body, headers=headers, allow_redirects=False) as response:
                status = response.status
        self.tried.append(Tried(object_, attempt, status, body))
        self._diary.answered(told, status, began)
        self._note(object_, well=status == 200)
        return status == 200

    def _note(self, object_: str, *, well: bool) -> None:
        subscription = self.by_object.setdefault(object_, Subscription())
        if well:
            subscription.failing_since = None
        elif subscription.failing_since is None:
            subscription.failing_since = self._now()

    def _has_had_enough(self, object_: str) -> bool:
        """Whether an hour has gone by in vain; then the subscription ends. WhatsApp has more patience."""
        subscription = self.by_object[object_]
        if object_ in GIVES_UP_S or subscription.failing_since is None or self._now() - subscription.failing_since < PATIENCE_S:
            return False
        if subscription.address:
            subscription.address = ""
            self._unsubscribed(object_)
        return True

    def _still_wanted(self, object_: str, address: str) -> bool:
        return address in self.overrides.values() or self.by_object.get(object_, Subscription()).address == address

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S))
        return self._session

    def _now(self) -> float:
        """Meta's clock, in seconds."""
        return time.monotonic() * self._speed


def what_of(body: bytes) -> str:
    """What a webhook tells, in its own word: messages, statuses, reaction, read, …"""
    with contextlib.suppress(LookupError, TypeError, AttributeError):
        entry = json.loads(body)["entry"][0]
        said = entry["changes"][0]["value"] if "changes" in entry else entry["messaging"][0]
        return next((name for name in said if name not in AROUND), "webhook")
    return "webhook"


def sign(body: bytes) -> str:
    """The header `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
