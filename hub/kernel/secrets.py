"""Secrets at rest: sealed with AES-256-GCM under one key of the installation, bound to the row they belong to; and keys derived from it."""

import json
import os
import secrets
import tempfile
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.errors import SetupError

KEY_BYTES, NONCE_BYTES = 32, 12
VARIABLE = "HILO_KEY"


class Secrets:
    """Seals and opens. `bound_to` names the place; what is sealed for one place does not open in another."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(self.subkey("seal"))

    def seal(self, values: Mapping[str, Any], bound_to: str) -> bytes:
        """Encrypt a small JSON object."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, json.dumps(values, default=str).encode(), bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> dict[str, Any]:
        """Decrypt it. Raises SetupError when the key is not the one it was sealed with."""
        try:
            plain = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())
        except (InvalidTag, ValueError):
            raise SetupError(
                f"the key does not open what was sealed for {bound_to}: restore the key that belongs to this database"
            ) from None
        values: dict[str, Any] = json.loads(plain)
        return values

    def subkey(self, purpose: str) -> bytes:
        """A key of its own for one purpose; knowing it tells nothing of the others."""
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"hilo {purpose}".encode()).derive(self._key)


def read_key(file: Path, environment: Mapping[str, str] = os.environ) -> bytes:
    """The installation's key: from the environment (base64url), or from a file that is made on the first start. Raises SetupError."""
    if given := environment.get(VARIABLE):
        return _decoded(given, VARIABLE)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        _write_new(file)
    return _checked(file.read_bytes(), str(file))


def _write_new(file: Path) -> None:
    """Whole or not at all; of two who start at once the first one's key stays."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix="key-")  # readable for its owner only
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(secrets.token_bytes(KEY_BYTES))
            opened.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(partial, file)
    finally:
        partial.unlink()
    _sync(file.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _decoded(text: str, where: str) -> bytes:
    try:
        return _checked(urlsafe_b64decode(text + "=" * (-len(text) % 4)), where)
    except ValueError:
        raise SetupError(f"{where} is not base64url text of {KEY_BYTES} bytes") from None


def _checked(key: bytes, where: str) -> bytes:
    if len(key) != KEY_BYTES:
        raise SetupError(f"{where} holds {len(key)} bytes; a key has {KEY_BYTES}")
    return key
