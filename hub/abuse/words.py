"""What somebody searches for, as the database takes it. Pure."""


def literal(words: str) -> str:
    """Words as ILIKE takes them by the letter; without what no text can hold."""
    return words.replace("\x00", "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").strip()
