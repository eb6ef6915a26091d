"""Whether a picture is what its sender calls it: said by its first bytes, since browsers show some kinds in place. Pure."""

BEGINNING = 16
"""How many bytes are enough."""

SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"))
UNKNOWN = "application/octet-stream"
CLAIMED = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/jpg", UNKNOWN)
"""Kinds that are looked at: pictures that are shown, and files of which nobody said anything."""


def picture_type(beginning: bytes, claimed: str) -> str:
    """What a file is: for pictures, and where nothing is claimed, what its bytes say; else what is claimed."""
    if claimed not in CLAIMED:
        return claimed
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for signature, kind in SIGNATURES if beginning.startswith(signature)), UNKNOWN)
