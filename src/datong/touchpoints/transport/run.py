"""Transports: all lines of an installation, started and stopped together."""

from __future__ import annotations

from datong.touchpoints.intake import Intake
from datong.touchpoints.transport.drop import Drop
from datong.touchpoints.transport.line import Line, LineState
from datong.touchpoints.transport.mqtt import Mqtt
from datong.touchpoints.transport.poll import Poll

__all__ = ["Transports"]


class Transports:
    """The lines that the configuration asks for."""

    def __init__(self, intake: Intake) -> None:
        """Make the lines; raises ConfigError naming the setting that is wrong."""
        settings = intake.settings
        self._lines: list[Line] = []
        for name, touchpoint in settings.touchpoints.items():
            if touchpoint.mqtt is not None:
                self._lines.append(Mqtt(intake, name, touchpoint.mqtt, settings))
            if touchpoint.drop is not None:
                self._lines.append(Drop(intake, name, touchpoint.drop, settings))
            if touchpoint.poll is not None:
                self._lines.append(Poll(intake, name, touchpoint.poll, settings))

    def start(self) -> None:
        """Start them all."""
        for line in self._lines:
            line.start()

    def stop(self) -> None:
        """Stop them all, each after what it has in hand."""
        for line in self._lines:
            line.stopping.set()
        for line in self._lines:
            line.stop()

    def states(self) -> list[LineState]:
        """Return how each of them does."""
        return [line.state for line in self._lines]
