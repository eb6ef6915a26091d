"""Mail fetched from mailboxes by IMAP: the wire, a session on it, where reading goes on, and the collecting itself."""
