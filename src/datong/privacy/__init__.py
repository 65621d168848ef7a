"""Pseudonyms, encryption of personal values, consent, and the right to see and to erase what is kept.

Owns: `privacy` (consents and how they came about, erasures, anchored devices, the salts of the days). Reads: for export
and erasure every registered table, by the subject it declared. Promises: a personal value leaves this package only
sealed or as an opaque key, and comes back in clear only through the vault; a placeholder identifies nobody; nobody who
did not log in is known by a device from one day to the next; what a shopper said about consent is kept with its
history, and the latest word counts; of an erased person nothing is left in any file, and a certificate says so.
"""

from datong.privacy.erase import Erasure, ask_erasure, carry_out, certificate, erasures, is_genuine, unfinished
from datong.privacy.export import export_person
from datong.privacy.identifier import make_identifier, normalised
from datong.privacy.mac import ANCHORING, Address, Macs, anchors, naming
from datong.privacy.masking import mask
from datong.privacy.person import Person
from datong.privacy.policy import namespaces
from datong.privacy.read import Consent, Proof, allowed, consent_history, consented, consents_of, proof_of
from datong.privacy.redact import let_go
from datong.privacy.register import erased_since, write_register
from datong.privacy.reseal import reseal
from datong.privacy.retention import age, kept_for
from datong.privacy.step import Consents
from datong.privacy.vault import Vault, next_line, open_vault

__all__ = [
    "ANCHORING", "Address", "Consent", "Consents", "Erasure", "Macs", "Person", "Proof", "Vault", "age", "allowed",
    "anchors", "ask_erasure", "carry_out", "certificate", "consent_history", "consented", "consents_of",
    "erased_since", "erasures", "export_person", "is_genuine", "kept_for", "let_go", "make_identifier", "mask",
    "namespaces", "naming", "next_line", "normalised", "open_vault", "proof_of", "reseal", "unfinished",
    "write_register",
]
