"""What a call of the Bot API is for."""

from sandbox.trips import Purpose

SIGNALS = ("sendchataction", "answercallbackquery")
CHANGES = ("editmessage", "deletemessage", "setmessagereaction")


def purpose(path: str) -> Purpose:
    """By the method, which is the end of the path; files have a path of their own."""
    method = path.rpartition("/")[2].lower()
    if path.startswith("/telegram/file/") or method == "getfile":
        return Purpose("telegram", "file")
    if method in SIGNALS:
        return Purpose("telegram", "signal")
    if method.startswith(CHANGES):
        return Purpose("telegram", "change")
    return Purpose("telegram", "send" if method.startswith("send") else "updates" if method == "getupdates" else "setup")
