"""How Meta answers what it does not do: an error with a code, the words, and a number to ask for help with."""

from typing import Any

from aiohttp import web


class GraphError(web.HTTPException):
    """An error in Meta's own form, as an answer."""

    status_code = 400

    def __init__(self, code: int, message: str, *, sub: int | None = None, status: int = 400, details: str = "") -> None:
        self.status_code = status
        error = body(code, message, sub=sub, details=details)
        super().__init__(text=web.json_response(error).text, content_type="application/json")


def body(code: int, message: str, *, sub: int | None = None, details: str = "") -> dict[str, Any]:
    """{"error": {…}}."""
    kind = "OAuthException" if code in (0, 10, 100, 190, 200) else "GraphMethodException"
    error: dict[str, Any] = {"message": f"(#{code}) {message}", "type": kind, "code": code, "fbtrace_id": "APretendTrace"}
    if sub is not None:
        error["error_subcode"] = sub
    if details:
        error["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return {"error": error}
