"""Which Hilo this is."""

from importlib import metadata


def installed_version() -> str:
    """The version of the installed distribution; "0" when it runs from a folder that was never installed."""
    try:
        return metadata.version("hilo-hub")
    except metadata.PackageNotFoundError:
        return "0"
