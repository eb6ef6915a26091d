"""Web chat: the visitor holds a socket to the hub; this translates what comes over it."""
