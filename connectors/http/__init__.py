"""HTTP: any other system, by signed JSON both ways; the contract for connectors in other languages."""
