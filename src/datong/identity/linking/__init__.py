"""Linking runs: the batch linker at work on the members, as a dry run first and published as evidence then.

Owns: `identity_run`, `identity_proposal`, `identity_review`, and the models in the data directory. Reads: links, told
values, what is kept apart; devices and their payers. Promises: nothing changes before a run is published; every join it
makes goes through the log and under the limits of the graph, and can be undone, alone or with its run; personal values
are read in memory only.
"""

from datong.identity.linking.dry_run import ASK, AUTO, carry_out, start_run
from datong.identity.linking.kept_model import kept_model, model_name
from datong.identity.linking.newcomers import Newcomers
from datong.identity.linking.publish import publish, withdraw
from datong.identity.linking.read import run, runs
from datong.identity.linking.review import ReviewPair, ReviewQueue, Side, Voted, Weight, review_queue, take_back, vote

__all__ = [
    "ASK", "AUTO", "Newcomers", "ReviewPair", "ReviewQueue", "Side", "Voted", "Weight", "carry_out", "kept_model",
    "model_name", "publish", "review_queue", "run", "runs", "start_run", "take_back", "vote", "withdraw",
]
