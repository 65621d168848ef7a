"""Pseudonyms, encryption of personal values, and consent.

Owns: `privacy` (consents and how they came about). Reads: nothing else. Promises: a personal value leaves this package
only sealed or as an opaque key, and comes back in clear only through the vault; a placeholder identifies nobody; what
a shopper said about consent is kept with its history, and the latest word counts.
"""

from datong.privacy.identifier import make_identifier, normalised
from datong.privacy.masking import mask
from datong.privacy.policy import namespaces
from datong.privacy.read import Consent, allowed, consent_history, consented, consents_of
from datong.privacy.step import Consents
from datong.privacy.vault import Vault, open_vault

__all__ = [
    "Consent", "Consents", "Vault", "allowed", "consent_history", "consented", "consents_of", "make_identifier",
    "mask", "namespaces", "normalised", "open_vault",
]
