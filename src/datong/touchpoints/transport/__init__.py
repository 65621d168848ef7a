"""Transports: how frames come to a touchpoint beside HTTP push: by MQTT, as files in a folder, or by asking for them.

Owns: nothing; what it takes goes into the log through the intake. Promises: a message is acknowledged, a file moved
away, only when its frame is on disk; what cannot be read is quarantined whole with its reason; a flood is held back at
the sender and never in memory; what is out of reach is tried again, and says so.
"""

from datong.touchpoints.transport.line import LineState
from datong.touchpoints.transport.run import Transports

__all__ = ["LineState", "Transports"]
