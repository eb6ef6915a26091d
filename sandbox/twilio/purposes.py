"""What a call of Twilio's API is for."""

from sandbox.trips import Purpose


def purpose(path: str, method: str, body: bytes) -> Purpose:
    """By path and method; whether it is about WhatsApp, the addressee of a message tells."""
    if path.endswith("/Messages.json") and method == "POST":
        return Purpose("whatsapp" if b"To=whatsapp" in body else "sms", "send")
    if path.endswith("/Indicators/Typing.json"):
        return Purpose("whatsapp", "signal")
    if "/Media" in path or "/cdn/" in path:
        return Purpose("", "file")
    if "/Messages" in path:
        return Purpose("", "change" if method == "DELETE" else "history")
    return Purpose("", "template" if path.endswith("/ContentAndApprovals") else "setup")
