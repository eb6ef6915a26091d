"""Pretend Twilio: SMS, MMS and WhatsApp over its REST API and signed webhooks, and the phones of those who write."""

from sandbox.twilio.company import ACCOUNT_SID, AUTH_TOKEN, FREE_NUMBER, SERVICE_NUMBER, SERVICE_SID, SMS_NUMBER, WHATSAPP_NUMBER
from sandbox.twilio.double import Twilio

__all__ = ["ACCOUNT_SID", "AUTH_TOKEN", "FREE_NUMBER", "SERVICE_NUMBER", "SERVICE_SID", "SMS_NUMBER", "WHATSAPP_NUMBER", "Twilio"]
