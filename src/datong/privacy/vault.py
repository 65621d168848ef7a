"""Vault: the one secret of an installation, and what is made from it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from datong.config import Settings, secret
from datong.errors import ConfigError, Conflict

__all__ = ["Vault", "next_line", "open_vault"]

_FIRST = 1
_NONCE, _POOL = 12, 256
_SHORTEST = 16
_MASK_63 = (1 << 63) - 1


class Vault:
    """Makes opaque keys, seals personal values and signs codes; each with its own key derived from the secret.

    Keys and signatures are keyed BLAKE2b (RFC 7693), seals AES-256-GCM (NIST SP 800-38D) with a random nonce. A seal
    is one byte naming the key it was made with, the nonce and the ciphertext, so that the sealing key can be rotated;
    what keys and signatures are made from cannot, for everything kept is found by them.
    """

    def __init__(self, secret: bytes, sealing: Mapping[int, bytes] | None = None) -> None:
        """Derive the keys; `sealing` are later sealing keys by number (2 to 255), the largest is the one in use.

        Raises ConfigError when the secret or one of them is shorter than 16 bytes.
        """
        for each in (secret, *(sealing or {}).values()):
            if len(each) < _SHORTEST:
                raise ConfigError(
                    f"the privacy key has {len(each)} bytes, it needs at least {_SHORTEST}",
                    code="secret_weak", hint="make one with: datong init", field="privacy.key",
                )
        self._keyed = blake2b(key=_derive(secret, b"key"), digest_size=8)
        self._signing = _derive(secret, b"sign")
        ring = {_FIRST: secret, **(sealing or {})}
        self._ring = {bytes([number]): AESGCM(_derive(key, b"seal")) for number, key in ring.items()}
        self.sealing = max(ring)
        self._newest = bytes([self.sealing])
        self._aes = self._ring[self._newest]
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
        return self._newest + nonce + self._aes.encrypt(nonce, text.encode(), self._newest)

    def renewed(self, sealed: bytes) -> bytes | None:
        """Return the seal made anew with the key in use, or None where it is that already or is no seal of ours."""
        if sealed[:1] == self._newest or sealed[:1] not in self._ring:
            return None
        try:
            return self.seal(self.unseal(sealed))
        except ConfigError:
            return None

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
            aes = self._ring[sealed[:1]]
            return aes.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], sealed[:1]).decode()
        except (InvalidTag, KeyError, ValueError):
            raise ConfigError(
                "a sealed value cannot be opened with this privacy key",
                code="wrong_key", hint="put back the key file this data was made with", field="privacy.key",
            ) from None

    def sign(self, payload: bytes, size: int = 10) -> bytes:
        """Return a signature of `size` bytes (1 to 64) that only this installation can make."""
        return blake2b(payload, key=self._signing, digest_size=size).digest()


def open_vault(settings: Settings) -> Vault:
    """Return the vault of the key that `[privacy] key` points to; raises ConfigError when there is none.

    Its first line is the secret; every further line, `NUMBER HEX`, a later sealing key.
    """
    first, *later = secret(settings, settings.privacy.key).splitlines() or [""]
    sealing: dict[int, bytes] = {}
    for line in later:
        number, _, key = line.partition(" ")
        try:
            sealing[int(number)] = bytes.fromhex(key)
            bytes([int(number)])
        except ValueError:
            hint = "a line after the first is NUMBER HEX, as: datong key rotate writes it"
            raise ConfigError("a line of the privacy key cannot be read", hint=hint, field="privacy.key",
                              code="secret_weak") from None
    try:
        return Vault(bytes.fromhex(first), sealing)
    except ValueError:
        return Vault(first.encode(), sealing)


def next_line(settings: Settings) -> str:
    """Return the line with a new sealing key that comes next in the file, variable or key store."""
    return f"{open_vault(settings).sealing + 1} {secrets.token_hex(32)}"


def _derive(secret: bytes, purpose: bytes) -> bytes:
    master = blake2b(secret, digest_size=64, person=b"datong").digest()
    return blake2b(key=master, digest_size=32, person=purpose).digest()
