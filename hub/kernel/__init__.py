"""What every room of the hub stands on: database, ledger, sockets, web, blobs, jobs, secrets."""
