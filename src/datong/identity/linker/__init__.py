"""Which records are one person, by probability: the batch linker and its model.

Owns: nothing in the stores; rows in, clusters out. Reads: tables it is given. Promises: the same defaults for every
table, only the kinds of its columns are told; no label is ever looked at; the model is one JSON document that needs no
engine.
"""

from datong.identity.linker.cluster import Options
from datong.identity.linker.columns import FIELDS, KINDS, Columns, Fields, parse_columns
from datong.identity.linker.edges import Edges
from datong.identity.linker.link import Linked, link
from datong.identity.linker.model import (
    ELSE,
    Comparison,
    Key,
    Level,
    Model,
    Part,
    Predicate,
    read_model,
    write_model,
)

__all__ = [
    "ELSE", "FIELDS", "KINDS", "Columns", "Comparison", "Edges", "Fields", "Key", "Level", "Linked", "Model",
    "Options", "Part", "Predicate", "link", "parse_columns", "read_model", "write_model",
]
