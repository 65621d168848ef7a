"""Who is this: the identity graph that joins what one shopper is known by on every channel.

Owns: `identity` (links, members, decisions, what was told) and its mirror in the facts (`identity.link`,
`identity.member`). Reads: nothing else. Promises: the same value always answers with the same live member, under every
id that member ever had; no limit of the policy is ever broken; every create, attach, merge and refusal is kept with its
cause; online, offline or both is right within the transaction of the event.
"""

import datong.identity.enrichment.tables
import datong.identity.linker.tables
import datong.identity.linking.tables  # noqa: F401 (and so are linking runs)
from datong.identity.changed import Changes
from datong.identity.correct import ACTIONS, Correction, correct, correct_all, correction
from datong.identity.dry_run import Difference, Stopped, dry_run
from datong.identity.forget import forget, person
from datong.identity.golden import contact, golden, golden_of_all, told_of_all, traits
from datong.identity.held import Held, held, shared_values
from datong.identity.pace import Breaker, breakers
from datong.identity.parted import Parted, parted
from datong.identity.path import Proof, path
from datong.identity.people import channels_counts, last_seen, members, search
from datong.identity.policy import CHANNEL_FAMILY
from datong.identity.read import (
    Linked,
    Recognition,
    history,
    identifiers_of,
    identifiers_of_all,
    label,
    live,
    member,
    number_of,
    who,
)
from datong.identity.step import Identity
from datong.identity.survive import FIELDS, Field, Golden, Told, fields_of
from datong.identity.why import Why, why

__all__ = [
    "ACTIONS", "CHANNEL_FAMILY", "FIELDS", "Breaker", "Changes", "Correction", "Difference", "Field", "Golden",
    "Held", "Identity", "Linked", "Parted", "Proof", "Recognition", "Stopped", "Told", "Why", "breakers",
    "channels_counts", "contact", "correct", "correct_all", "correction", "dry_run", "fields_of", "forget", "golden",
    "golden_of_all", "held", "history", "identifiers_of", "identifiers_of_all", "label", "last_seen", "live",
    "member", "members", "number_of", "parted", "path", "person", "search", "shared_values", "told_of_all", "traits",
    "who", "why",
]
