"""Describe: what kind of shopper each member is, in tags written in one small language.

Owns: `tags_state` (what is kept of each member's past), `tags_value` (the values by tag), `tags_plan`.
Reads: the events of the batch with their items and members; the facts `touchpoints.event` and `identity.link`.
Promises: a tag changes in the same pass as the event that changes it, and runs out on time when only time passes; an
expression gives the same for one member now and for all members from the facts; a merge doubles and loses nothing.
"""

from datong.tags.definitions import Definition, definitions
from datong.tags.every import compile_all
from datong.tags.one import Compiled, compile_one
from datong.tags.read import Predicate, evaluate_all, values
from datong.tags.rebuild import rebuild
from datong.tags.step import Tags
from datong.tags.where import Where, compile_where

__all__ = [
    "Compiled", "Definition", "Predicate", "Tags", "Where", "compile_all", "compile_one", "compile_where",
    "definitions", "evaluate_all", "rebuild", "values",
]
