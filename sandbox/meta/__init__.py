"""Pretend Meta: the Graph API of WhatsApp, Messenger and Instagram, and the phones of their users."""

from sandbox.meta.double import Meta

__all__ = ["Meta"]
