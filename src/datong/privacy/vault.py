"""Vault: the one secret of an installation, and what is made from it."""

from __future__ import annotations

import os
import secrets
from hashlib import blake2b
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from datong.config import Settings, secret
from datong.errors import ConfigError, Conflict

__all__ = ["Vault", "open_vault"]

_KEY_ID = b"\x01"
_NONCE, _POOL = 12, 256
_SHORTEST = 16
_MASK_63 = (1 << 63) - 1


class Vault:
    """Makes opaque keys, seals personal values and signs codes; each with its own key derived from the secret.

    Keys and signatures are keyed BLAKE2b (RFC 7693), seals AES-256-GCM (NIST SP 800-38D) with a random nonce. A seal
    is one byte naming the key it was made with, the nonce and the ciphertext, so that the key can be rotated later.
    """

    def __init__(self, secret: bytes) -> None:
        """Derive the keys; raises ConfigError when the secret is shorter than 16 bytes."""
        if len(secret) < _SHORTEST:
            raise ConfigError(
                f"the privacy key has {len(secret)} bytes, it needs at least {_SHORTEST}",
                code="secret_weak", hint="make one with: datong init", field="privacy.key",
            )
        self._keyed = blake2b(key=_derive(secret, b"key"), digest_size=8)
        self._signing = _derive(secret, b"sign")
        self._aes = AESGCM(_derive(secret, b"seal"))
        self._nonces: list[bytes] = []
        os.register_at_fork(after_in_child=self._nonces.clear)  # parent and child must not share what is unused

    def __repr__(self) -> str:
        return "Vault(…)"

    @staticmethod
    def create(path: Path) -> None:
        """Write a new random secret to `path`, readable by its owner only; raises Conflict when there is one."""
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            hint = "keep it: without it no sealed value can be read again"
            raise Conflict(f"there is a privacy key already at {path}", hint=hint) from None
        with os.fdopen(handle, "w", encoding="ascii") as file:
            os.fchmod(handle, 0o600)
            file.write(secrets.token_hex(32) + "\n")

    def key(self, ns: str, normalised: str) -> int:
        """Return the 63-bit key of a normalised value in its namespace; never 0, which means "no identifier"."""
        digest = self._keyed.copy()
        digest.update(f"{ns}\0{normalised}".encode())
        return int.from_bytes(digest.digest(), "big") & _MASK_63 or 1

    def seal(self, text: str) -> bytes:
        """Return the encrypted text, different at every call."""
        nonce = self._nonce()
        return _KEY_ID + nonce + self._aes.encrypt(nonce, text.encode(), _KEY_ID)

    def _nonce(self) -> bytes:
        """Return random bytes never used before; fetched by the hundred, as each call gives up the GIL."""
        try:
            return self._nonces.pop()
        except IndexError:
            fresh = os.urandom(_NONCE * _POOL)
            self._nonces.extend(fresh[at : at + _NONCE] for at in range(0, len(fresh), _NONCE))
            return os.urandom(_NONCE)

    def unseal(self, sealed: bytes) -> str:
        """Return the text; raises ConfigError when it was sealed with another key or was altered."""
        try:
            if sealed[:1] != _KEY_ID:
                raise InvalidTag
            return self._aes.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], _KEY_ID).decode()
        except (InvalidTag, ValueError):
            raise ConfigError(
                "a sealed value cannot be opened with this privacy key",
                code="wrong_key", hint="put back the key file this data was made with", field="privacy.key",
            ) from None

    def sign(self, payload: bytes, size: int = 10) -> bytes:
        """Return a signature of `size` bytes (1 to 64) that only this installation can make."""
        return blake2b(payload, key=self._signing, digest_size=size).digest()


def open_vault(settings: Settings) -> Vault:
    """Return the vault of the key that `[privacy] key` points to; raises ConfigError when there is none."""
    text = secret(settings, settings.privacy.key)
    try:
        return Vault(bytes.fromhex(text))
    except ValueError:
        return Vault(text.encode())


def _derive(secret: bytes, purpose: bytes) -> bytes:
    master = blake2b(secret, digest_size=64, person=b"datong").digest()
    return blake2b(key=master, digest_size=32, person=purpose).digest()
