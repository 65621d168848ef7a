"""Sense: what is happening to a shopper now, as scenes of place, sequence, dwell and absence.

Owns: `scenes_state` (open scenes and their timers), `scenes_firing` (what fired and because of which events),
`scenes_definition` (every version that ran). Reads: the batch's events with items and members; zones' categories from
places; members' kept pasts from tags. Promises: the outcome depends neither on batch borders nor on the order of
arrival within the lateness; absence fires although nobody sends events; a firing happens once.
"""

from datong.scenes.advance import Instance, State, advance
from datong.scenes.backtest import Backtest, backtest
from datong.scenes.definition import Scene, definitions, predicates, read_scenes
from datong.scenes.describe import describe
from datong.scenes.member import MemberState, admit, merge
from datong.scenes.moment import Moment, moment
from datong.scenes.read import Explanation, explain, fired, firings, firings_since
from datong.scenes.rules import Rules, compile_rules
from datong.scenes.step import Scenes

__all__ = [
    "Backtest", "Explanation", "Instance", "MemberState", "Moment", "Rules", "Scene", "Scenes", "State", "admit",
    "advance", "backtest", "compile_rules", "definitions", "describe", "explain", "fired", "firings", "firings_since",
    "merge", "moment", "predicates", "read_scenes",
]
