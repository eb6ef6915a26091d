"""What each role may do. A role holds everything of the one before it."""

from types import MappingProxyType

AGENT = frozenset(
    {
        "conversation.read",
        "conversation.write",
        "customer.read",
        "customer.write",
        "customer.join",
        "work.take",
        "queue.read",
        "agent.read",
        "channel.read",
        "token.manage",
    }
)
SUPERVISOR = AGENT | {"work.assign_any", "supervise"}
ADMIN = SUPERVISOR | {"agent.manage", "channel.manage", "settings.manage", "audit.read"}

PERMISSIONS = MappingProxyType({"agent": AGENT, "supervisor": SUPERVISOR, "admin": ADMIN})
"""Role → permissions."""
