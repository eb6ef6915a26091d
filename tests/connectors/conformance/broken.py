"""Connectors that break one rule each: what is changed in the good one, and what the kit must say of it."""

from dataclasses import dataclass

CODE, MANIFEST, README = "connector.py", "manifest.toml", "README.md"
CHECK = 'compare_digest(given.encode(errors="replace"), expected.encode())'
SEND = 'said = taken(await self._egress.request("POST", f"{self._settings.base_url}/messages", headers=self._headers, json=body))'
ASK = 'answer = await self._egress.request("GET", f"{self._settings.base_url}/account", headers=self._headers)'
ENTER = "async def __aenter__(self) -> Self:\n        return self"

INIT = "def __init__(self, settings"
REPR = """def __repr__(self) -> str:
        return f"Parrot({self._headers})"

"""
STRICT = """if item.keys() - {"type", "id", "from", "name", "text", "message", "state"}:
        raise ValueError("unknown")
    if item["type"] == "receipt\""""
SURE = f"""try:
            {SEND}
        except Ambiguous as error:
            from connectors.errors import Unavailable
            raise Unavailable("?") from error
"""
NEVER_WAITS = f"""try:
            {SEND}
        except Exception as error:
            raise Ambiguous("?") from error
"""
TELLS = f"""try:
            {SEND}
        except Exception as error:
            from connectors.errors import AuthFailed
            raise AuthFailed(str(self._headers)) from error
"""
DEAF = """    async def listen(self, cursor: Any) -> Any:
        import asyncio
        try:
            await asyncio.Event().wait()
            yield None
        except asyncio.CancelledError:
            return

"""
SESSION = """import aiohttp
        LEFT.append(aiohttp.ClientSession())
        return self"""
"""It is kept, so that the test can close it."""


@dataclass(frozen=True)
class Broken:
    """One mistake."""

    rule: str
    """The rule that it breaks."""
    name: str
    edits: tuple[tuple[str, str, str], ...]
    says: str
    """A word of the kit's sentence."""
    bird: str = "parrot1"
    """The good connector that it was."""


def one(rule: str, name: str, file: str, before: str, after: str, says: str) -> Broken:
    return Broken(rule, name, ((file, before, after),), says)


MISTAKES = (
    one("manifest", "promises_reactions", MANIFEST, "delivered = true", "delivered = true\nreactions = true", "has no act()"),
    one("manifest", "shares_by_what_is_no_setting", MANIFEST, "delivered = true", 'delivered = true\nshares = ["app"]', "is no setting"),
    one("manifest", "promises_read_marks", MANIFEST, "delivered = true", "delivered = true\nread = true", "no sample has a Receipt"),
    one("manifest", "speaks_one_language", MANIFEST, 'title = { es = "Parrot", en', "title = { en", "'title' is missing in es"),
    one("readme", "explains_nothing_in_english", README, "## English", "## Anglais", "English"),
    one("settings", "has_no_spanish_label", CODE, 'setting("Clave", "Key"', 'setting("", "Key"', "label is missing in es"),
    one("secrets", "shows_its_key", CODE, INIT, f"{REPR}    {INIT}", "stands in repr"),
    one("secrets", "needs_no_secret", CODE, '"Webhook secret", secret=True)', '"Webhook secret")', "not marked secret"),
    one("samples", "drops_the_name", CODE, 'str(item.get("name", ""))', '""', "became"),
    one(
        "pure", "looks_at_the_clock", CODE, 'text=str(item["text"])', 'text=str(item["text"]), at=__import__("time").time()', "differently"
    ),
    one(
        "pure",
        "asks_while_it_reads",
        CODE,
        "sender = Address(",
        '__import__("socket").getaddrinfo("127.0.0.1", 9)\n    sender = Address(',
        "touched the world",
    ),
    one(
        "pure",
        "remembers_what_it_read",
        CODE,
        "return [_event(json.loads(delivery.body))]",
        "self.n = getattr(self, 'n', 0) + 1\n            return [_event(json.loads(delivery.body))] * min(self.n, 4)",
        "second time",
    ),
    one(
        "total",
        "trips_over_a_null",
        CODE,
        "except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:\n            raise Malf",
        "except (ValueError, KeyError) as error:\n            raise Malf",
        "parse() raised TypeError",
    ),
    one("total", "passes_wrong_types_on", CODE, 'text=str(item["text"])', 'text=item["text"]', "Message.text is"),
    one("unknown_fields", "knows_every_field", CODE, 'if item["type"] == "receipt"', STRICT, "cannot be read any more"),
    one(
        "same_ids",
        "makes_ids_up",
        CODE,
        "hashlib.sha256(one).hexdigest(), one) for",
        "str(request.at) + hashlib.sha256(one).hexdigest(), one) for",
        "has other ids",
    ),
    one(
        "signature",
        "believes_everybody",
        CODE,
        f"if not hmac.{CHECK}",
        f'if request.method != "POST" and not hmac.{CHECK}',
        "without a signature",
    ),
    one("signature", "wants_some_signature", CODE, f"if not hmac.{CHECK}", "if len(given) != len(expected)", "another channel"),
    one("signature", "breaks_on_odd_bytes", CODE, CHECK, "compare_digest(given, expected)", "instead of Refused"),
    Broken(
        "body",
        "signs_the_length",
        tuple((file, "request.body, hashlib.sha256)", 'b"%d" % len(request.body), hashlib.sha256)') for file in (CODE, "conformance.py")),
        "byte 0",
    ),
    one("kept", "drops_what_it_cannot_read", CODE, "items = [request.body]", "items = []", "gives no delivery"),
    one(
        "kept", "refuses_what_it_cannot_read", CODE, "items = [request.body]", 'raise Refused("no", status=400)', "is refused, and so lost"
    ),
    one("batch", "takes_a_batch_as_one", CODE, "for one in dict.fromkeys(items)))", "for one in [request.body]))", "each item must be one"),
    one("whole", "cuts_long_texts", CODE, '"text": outgoing.text}', '"text": outgoing.text[:500]}', "lost its end"),
    one("whole", "keeps_the_id", CODE, 'Sent(str(said["id"]))', 'Sent("")', "no external_id"),
    one("files", "drops_files", MANIFEST, "delivered = true", "delivered = true\nattachments = 5", "never reached the provider"),
    one("faults", "takes_every_answer", CODE, SEND, SEND.replace("taken(", "json.loads((").replace("body))", "body)).body)"), "429"),
    one("faults", "never_waits", CODE, f"{SEND}\n", NEVER_WAITS, "RateLimited is right"),
    one("ambiguous", "is_too_sure", CODE, f"{SEND}\n", SURE, "Ambiguous is right"),
    one(
        "check",
        "breaks_in_check",
        CODE,
        'return [await step("account", LABEL, TODO, account)]',
        "await account()\n        return []",
        "check() gave",
    ),
    one("discreet", "tells_its_key", CODE, f"{SEND}\n", TELLS, "'api_key' stood in what was said"),
    one("check", "has_steps_without_words", CODE, 'step("account", LABEL, TODO', 'step("account", {}, {}', "no label in es"),
    one("check", "is_always_fine", CODE, "accepted(answer)\n            return", "return", "every step of check() is fine"),
    one(
        "quiet_check",
        "writes_to_try",
        CODE,
        ASK,
        'answer = await self._egress.request("POST", f"{self._settings.base_url}/messages", headers=self._headers, json={})',
        "writes to somebody",
    ),
    one(
        "stop",
        "leaves_a_task",
        CODE,
        ENTER,
        ENTER.replace(
            "return self",
            'import asyncio\n        self.task = asyncio.create_task(asyncio.Event().wait(), name="forgotten")\n        return self',
        ),
        "forgotten",
    ),
    Broken(
        "stop",
        "leaves_a_session",
        ((CODE, ENTER, ENTER.replace("return self", SESSION)), (CODE, "LABEL = ", "LEFT = []\nLABEL = ")),
        "ClientSession",
    ),
    one(
        "stop",
        "swallows_cancellation",
        CODE,
        f"{SEND}\n",
        f'try:\n            {SEND}\n        except BaseException as error:\n            raise Ambiguous("?") from error\n',
        "swallowed",
    ),
    one("listening", "never_stops_listening", CODE, "    async def check(self)", DEAF + "    async def check(self)", "swallowed"),
)
