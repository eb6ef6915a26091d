"""What the channels by Twilio share: its API over the hub's egress client, signatures, payloads, history, installation."""
