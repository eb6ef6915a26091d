"""Connectors that break one rule each in what only some can do: what is changed in the one that can do everything."""

from tests.connectors.conformance.broken import CODE, Broken

ACT = 'accepted(await self._ask("POST", f"/messages/{action.target}/{action.kind}", emoji=action.emoji, text=action.text))'
SIGNAL = 'accepted(await self._ask("POST", f"/signs/{signal.kind}", to=signal.to.value, on=signal.on))'
FETCH = """    def fetch(self, media: Media) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        return self._surroundings.egress.download(media.url or "", headers=self._headers)
"""
GARBAGE = """except MalformedPayload as error:
            raise Unavailable(str(error)) from error"""
READ = """answer = await self._ask("GET", path)
        accepted(answer)"""
INSTALL = 'return [await step("webhook", HOOK, HOOK_TODO, point)]'
UNINSTALL = 'accepted(await self._ask("DELETE", "/webhook"))'
HEALTH = """try:
            return Health("up", quota=await self._account())"""
DOWN = """except AuthFailed as error:
            return Health("down", str(error))"""
ILL = """except ConnectorError as error:
            return Health("degraded", str(error))"""


def one(rule: str, name: str, before: str, after: str, says: str) -> Broken:
    """One mistake in the code."""
    return Broken(rule, name, ((CODE, before, after),), says, "macaw1")


def raising(name: str, doing: str, caught: str = "Exception") -> str:
    """The same, and whatever goes wrong is an error of that name."""
    return f"""try:
            {doing}
        except {caught} as error:
            from connectors.errors import Rejected, Unavailable
            raise {name}("?") from error"""


def fetching(end: str, caught: str = "ConnectorError") -> str:
    """A fetch that ends so when the download breaks, by itself or in the reader's hands."""
    return f"""    def fetch(self, media: Media) -> Any:
        from contextlib import asynccontextmanager
        from connectors.errors import Rejected

        async def pieces(given: Any) -> Any:
            try:
                async for piece in given:
                    yield piece
            except Exception as error:
                {end}

        @asynccontextmanager
        async def opened() -> Any:
            try:
                async with self._surroundings.egress.download(media.url or "", headers=self._headers) as given:
                    yield pieces(given)
            except {caught} as error:
                {end}

        return opened()
"""


MISTAKES = (
    one("acts", "acts_for_show", ACT, "return", "asked nobody"),
    one("acts", "acts_whatever_is_answered", ACT, ACT.removeprefix("accepted(").removesuffix(")"), "429"),
    one("acts", "gives_an_action_up_too_soon", ACT, raising("Rejected", ACT), "it gave Rejected"),
    one("acts", "acts_only_once", ACT, f"{ACT}\n        self._ask = None", "done twice"),
    one("acts", "breaks_when_it_acts", ACT, f"{ACT}\n        int('x')", "ValueError"),
    one("signals", "breaks_on_a_sign", SIGNAL, raising("ValueError", SIGNAL), "ValueError"),
    one("signals", "only_promises_typing", SIGNAL, "return", "asked nobody"),
    one("fetch", "gives_a_file_up_too_soon", FETCH, fetching('raise Rejected("?")'), "Unavailable is right"),
    one("fetch", "waits_for_what_is_gone", FETCH, fetching('raise Unavailable("?")'), "Rejected is right"),
    one("fetch", "takes_half_for_the_whole", FETCH, fetching("return", "KeyError"), "in the middle of the answer"),
    one(
        "questions", "takes_garbage_for_nothing", GARBAGE, "except MalformedPayload:\n            return {'items': []}", "could not be read"
    ),
    one(
        "questions",
        "takes_a_failure_for_nothing",
        READ,
        READ.replace("accepted(answer)", "if answer.status != 200: return {'items': []}"),
        "(500)",
    ),
    one("discreet", "tells_its_key_when_it_is_ill", DOWN, DOWN.replace("str(error)", "str(self._headers)"), "health()"),
    one("install", "breaks_when_it_installs", INSTALL, "await point()\n        return []", "install() gave"),
    one("install", "is_always_installed", INSTALL, 'return [Step("webhook", True, 0.0, "", HOOK)]', "every step of install() is fine"),
    one("install", "calls_two_steps_alike", INSTALL, INSTALL.replace("[", "2 * ["), "two steps of install() have one name"),
    one("install", "is_always_taken_away", UNINSTALL, "return", "uninstall()"),
    one("install", "breaks_when_it_is_taken_away", UNINSTALL, raising("OSError", UNINSTALL), "OSError"),
    one("health", "looks_at_no_answer", HEALTH, HEALTH.replace("quota=await self._account()", 'str(await self._ask("GET", "/"))'), "'up'"),
    one("health", "is_only_a_little_ill", DOWN, DOWN.replace('"down"', '"degraded"'), "down is right"),
    one("health", "has_a_state_of_its_own", HEALTH, HEALTH.replace('"up"', '"fine"'), "one of up, degraded, down"),
    one(
        "health", "breaks_when_it_is_ill", ILL, ILL.replace('return Health("degraded", str(error))', "raise OSError from error"), "OSError"
    ),
    one(
        "quiet_check",
        "writes_to_see_how_it_is",
        HEALTH,
        HEALTH.replace("try:", "try:\n            await self._ask('POST', '/messages')"),
        "health() called",
    ),
    one("stop", "swallows_a_cancelled_action", ACT, raising("Unavailable", ACT, "BaseException"), "act(react): it swallowed"),
)
