"""Telegram: a bot of the company's, with whom customers talk in private chats."""
