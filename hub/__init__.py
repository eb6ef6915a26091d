"""The hub: the only owner of the database, the web and the sockets; it keeps messages and moves them."""
