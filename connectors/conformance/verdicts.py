"""What the kit says of a connector: one verdict for each rule, with the sentences that name what is wrong."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.conformance.subject import Subject


class DoesNotApply(Exception):
    """A rule that says nothing of this connector; the text says why."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a connector stands to one rule."""

    rule: str
    """A stable word."""
    says: str
    """The rule, as a sentence."""
    state: Literal["kept", "broken", "does_not_apply"]
    why: tuple[str, ...] = ()
    """What is wrong, one sentence each; or why the rule says nothing here."""


Try = Callable[[Subject], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the contract, and how to try a connector on it: it gives the sentences of what is wrong, or raises DoesNotApply."""

    name: str
    says: str
    attempt: Try

    async def judge(self, subject: Subject) -> Verdict:
        """Try it. A connector that breaks in a way that nobody foresaw has broken the rule."""
        try:
            wrong = tuple(dict.fromkeys(await self.attempt(subject)))
        except DoesNotApply as reason:
            return Verdict(self.name, self.says, "does_not_apply", (str(reason),))
        except Exception as error:
            return Verdict(self.name, self.says, "broken", (f"it raised {named(error)}",))
        return Verdict(self.name, self.says, "broken" if wrong else "kept", wrong)


def named(error: BaseException) -> str:
    """An error in one line."""
    return f"{type(error).__name__}: {str(error)[:300]}" if str(error) else type(error).__name__
