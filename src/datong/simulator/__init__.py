"""Simulator: a mall with people in it and ground truth, outside the platform, talking to its public touchpoints only.

Owns: nothing in the platform. Reads: `/api/clock`, and messages from the webhook channel. Promises: the same seed and
the same simulated time give the same events with the same message ids; what truly happened is written apart.
"""

from datong.simulator.demo import START, write_demo

__all__ = ["START", "write_demo"]
