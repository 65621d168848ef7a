"""Third-party data about members who agreed to it: asked for in batches, with provenance, an end, and what it cost.

Owns: `identity_enriched`, `identity_enrichment`. Reads: links, consent. Promises: nobody is asked about without consent
to the purpose; what was told lies sealed under the identifier it was told for, with the provider as its source; it
goes when its time is over or the consent is taken back; a month never costs more than its budget.
"""

from datong.identity.enrichment.expire import expire
from datong.identity.enrichment.provider import FileProvider, HttpProvider, Provider
from datong.identity.enrichment.read import Spent, spent
from datong.identity.enrichment.run import Enriched, enrich

__all__ = ["Enriched", "FileProvider", "HttpProvider", "Provider", "Spent", "enrich", "expire", "spent"]
