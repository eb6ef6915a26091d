"""What Telegram answers when it will not."""


class Refusal(Exception):
    """What Telegram answers when it will not: a status, and its reason."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


def bad(said: str) -> Refusal:
    return Refusal(400, f"Bad Request: {said}")
