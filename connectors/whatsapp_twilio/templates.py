"""WhatsApp's templates as Twilio keeps them: contents with an approval. Pure but for the list."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from twilio.rest import Client

from connectors.contract import Template, TemplateUse
from connectors.errors import Rejected

STATES: Mapping[str, Literal["approved", "pending", "rejected", "paused"]] = {
    "approved": "approved",
    "received": "pending",
    "pending": "pending",
    "rejected": "rejected",
    "paused": "paused",
    "disabled": "paused",
}
"""Contents that were never handed in for approval (`unsubmitted`) are no templates."""
CONTENT_SID = "HX"


class Templates:
    """The account's templates. Twilio sends one by its id, people choose it by name and language."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ids: dict[tuple[str, str], str] = {}

    async def all(self) -> Sequence[Template]:
        """All that were handed in for approval. Two of the same name and language are told apart by their ids."""
        found = [one async for one in await self._client.content.v1.content_and_approvals.stream_async() if _state(one)]
        self._ids, templates = {}, list[Template]()
        for one in found:
            template = _template(one, str(one.sid) if (one.friendly_name, one.language) in self._ids else str(one.friendly_name))
            self._ids[template.name, template.language] = str(one.sid)
            templates.append(template)
        return templates

    async def content_sid(self, use: TemplateUse) -> str:
        """The id of a template. Raises Rejected when there is none."""
        if use.name.startswith(CONTENT_SID) and len(use.name) == 34:
            return use.name
        if (use.name, use.language) not in self._ids:
            await self.all()
        try:
            return self._ids[use.name, use.language]
        except KeyError:
            raise Rejected(f"no template {use.name!r} in {use.language!r}", code="unknown_template") from None


def _state(content: Any) -> Literal["approved", "pending", "rejected", "paused"] | None:
    approval = content.approval_requests
    return STATES.get(str(approval.get("status", "")).lower()) if isinstance(approval, dict) else None


def _template(content: Any, name: str) -> Template:
    examples = {str(key): str(value) for key, value in (content.variables or {}).items()}
    return Template(
        name=name,
        language=str(content.language or ""),
        text=_text(content.types),
        variables=tuple(examples),
        category=str(content.approval_requests.get("category", "")).lower(),
        state=_state(content) or "pending",
        examples=examples,
    )


def _text(types: Any) -> str:
    """What a customer reads; every kind of content calls it `body`, but cards, which have a title."""
    for one in types.values() if isinstance(types, dict) else ():
        if isinstance(one, dict):
            return str(one.get("body") or one.get("title") or "")
    return ""
