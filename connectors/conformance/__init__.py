"""The conformance kit: shows whether a connector keeps the contract. `hilo connector test NAME` runs it."""
