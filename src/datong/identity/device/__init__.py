"""Devices: what the air tells of phones that make up their addresses, between an identifier and a person."""

from datong.identity.device.crowd import Count
from datong.identity.device.evaluate import Agreement, v_measure
from datong.identity.device.frames import Frames
from datong.identity.device.tracks import SILENCE
from datong.identity.device.visits import PASSING, Clustered, Visit, cluster

__all__ = ["PASSING", "SILENCE", "Agreement", "Clustered", "Count", "Frames", "Visit", "cluster", "v_measure"]
