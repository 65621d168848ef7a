"""The predicate language, read: one small language for tags, segments, audiences and scenes.

Its syntax is that of Python expressions. Money is written in whole yuan or dollars (`spend(last="90d") >= 500`) and
held in minor units. What has no value is None: a comparison with it is false, arithmetic with it gives None.
"""

from datong.model.predicate.nodes import (
    Aggregate,
    Arithmetic,
    Compare,
    Constant,
    Expr,
    Field,
    If,
    In,
    IsNone,
    Kind,
    Logic,
    Major,
    Not,
    TagRef,
    Under,
    aggregates,
    kind_of,
    walk,
)
from datong.model.predicate.parse import parse, parse_where
from datong.model.predicate.words import FIELDS, PURCHASES, RETURNS

__all__ = [
    "FIELDS", "PURCHASES", "RETURNS", "Aggregate", "Arithmetic", "Compare", "Constant", "Expr", "Field", "If", "In",
    "IsNone", "Kind", "Logic", "Major", "Not", "TagRef", "Under", "aggregates", "kind_of", "parse", "parse_where",
    "walk",
]
