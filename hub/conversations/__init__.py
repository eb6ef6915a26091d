"""The conversation of a customer: messages, drafts, read marks, attachments."""
