"""What stands below mails: a brand's signature, and a colleague's own for that brand."""
