"""The pretend Telegram: its Bot API, and the phones of the people who write to the bot."""

from sandbox.telegram.double import Telegram
from sandbox.telegram.shapes import BOT_TOKEN, SECOND_TOKEN

__all__ = ["BOT_TOKEN", "SECOND_TOKEN", "Telegram"]
