"""Spoils recorded webhooks: something unexpected stands somewhere."""

from typing import Any

from hypothesis import strategies as st

KNOWN = ["text", "m_1", "wamid.1", "34600111222", "1780000000"]
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.sampled_from(KNOWN)
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def place(content: Any, random: Any, value: Any) -> None:
    """Put a value somewhere into a structure."""
    keys = list(content) if isinstance(content, dict) else list(range(len(content)))
    if not keys:
        return
    key = random.choice(keys)
    if isinstance(content[key], dict | list) and content[key] and random.random() < 0.85:
        place(content[key], random, value)
    else:
        content[key] = value
