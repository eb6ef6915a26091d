"""Numbered SQL migrations, forward only; the runner is hub/kernel/migrate.py."""
