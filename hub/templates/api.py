"""HTTP: the templates of a channel."""

from hub.kernel.web import Call, Route, get, post
from hub.templates.model import TemplateList
from hub.templates.templates import Templates


class TemplatesApi:
    """Routes of templates."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def routes(self) -> list[Route]:
        """All routes of this room."""
        return [
            get("/channels/{id}/templates", self.all, needs="channel.read", answers={200: TemplateList}),
            post("/channels/{id}/templates/sync", self.sync, needs="channel.manage", answers={200: TemplateList}),
        ]

    async def all(self, call: Call) -> TemplateList:
        """The templates of a channel, those that can be used first."""
        return await self._templates.of_channel(call.id())

    async def sync(self, call: Call) -> TemplateList:
        """Fetch the templates from the provider now."""
        return await self._templates.sync(call.id())
