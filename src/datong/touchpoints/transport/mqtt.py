"""MQTT: messages of a broker are frames; each is acknowledged when it is on disk (QoS 1, by hand)."""

from __future__ import annotations

import queue
import ssl
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from datong.config import MqttSettings, Settings, secret
from datong.errors import ConfigError, Unavailable
from datong.touchpoints.intake import Intake
from datong.touchpoints.transport.frames import Frame, take
from datong.touchpoints.transport.line import Line

__all__ = ["Mqtt"]

_AT_ONCE = 64
"""Messages that go into the log together."""
_AGAIN = 1.0
_NEXT = {
    "Bad user name or password": "check user and password of [touchpoints.{name}.mqtt]",
    "Not authorized": "check user and password of [touchpoints.{name}.mqtt], and what the broker allows this user",
    "Client identifier not valid": "set client of [touchpoints.{name}.mqtt] to a name the broker takes",
}


class Mqtt(Line):
    """Hears the topics of one broker for one touchpoint.

    Delivery is at least once: what the broker sends again, as after a lost connection, the intake knows already. When
    `queue` messages wait, none is read from the network, so that the broker holds the rest.
    """

    transport = "mqtt"

    def __init__(self, intake: Intake, name: str, settings: MqttSettings, whole: Settings) -> None:
        """Read the settings; raises ConfigError for what is wrong with them, without connecting."""
        port = settings.port or (8883 if settings.tls else 1883)
        super().__init__(intake, name, f"{settings.host}:{port} {', '.join(settings.topics)}")
        field = f"touchpoints.{name}.mqtt"
        if not settings.topics:
            raise ConfigError(f"{field}.topics is empty", hint='write topics = ["wifi/+/probes"]',
                              field=f"{field}.topics", code="config_value")
        if settings.queue < 1:
            raise ConfigError(f"{field}.queue is {settings.queue}", hint="write at least 1", field=f"{field}.queue",
                              code="config_value")
        self._address, self._topics = (settings.host, port), settings.topics
        self._waiting: queue.Queue[paho.MQTTMessage] = queue.Queue(settings.queue)
        client = self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=settings.client or f"datong-{name}", clean_session=False,
            manual_ack=True,
        )
        if settings.user:
            client.username_pw_set(settings.user, secret(whole, settings.password) or None)
        if settings.tls:
            client.tls_set(str(whole.path(settings.ca)) if settings.ca else None, cert_reqs=ssl.CERT_REQUIRED)
        client.reconnect_delay_set(1, 60)
        client.on_connect, client.on_disconnect = self._connected, self._cut_off
        client.on_message, client.on_connect_fail = self._heard, self._out_of_reach

    def run(self) -> None:
        """Connect, and again where the connection is lost, and take what comes until it is stopped."""
        self._client.connect_async(*self._address, keepalive=60)
        self._client.loop_start()
        try:
            while not self.stopping.is_set():
                if messages := self._next():
                    self._take(messages)
        finally:
            self._client.disconnect()
            self._drop()  # the network's thread may stand before a full queue; the broker sends these again
            self._client.loop_stop()

    def _next(self) -> list[paho.MQTTMessage]:
        try:
            messages = [self._waiting.get(timeout=0.2)]
        except queue.Empty:
            return []
        while len(messages) < _AT_ONCE and not self._waiting.empty():
            messages.append(self._waiting.get_nowait())
        return messages

    def _take(self, messages: list[paho.MQTTMessage]) -> None:
        frames = [Frame(bytes(m.payload), {"topic": m.topic}) for m in messages]
        while True:
            try:
                take(self.intake, self.name, frames)
            except Unavailable as error:  # nothing is acknowledged: what is lost in a crash now comes again
                self.tell("failing", error.message)
                if self.stopping.wait(error.after or _AGAIN):
                    return
                continue
            break
        self.took(len(frames))
        for message in messages:
            self._client.ack(message.mid, message.qos)
        if self._client.is_connected():
            self.tell("ok")

    def _heard(self, _client: Any, _userdata: Any, message: paho.MQTTMessage) -> None:
        while not self.stopping.is_set():
            try:
                self._waiting.put(message, timeout=0.2)
            except queue.Full:
                continue  # nothing more is read from the network meanwhile
            return

    def _connected(self, client: paho.Client, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            hint = _NEXT.get(str(reason), "see the broker's log").format(name=self.name)
            self.tell("failing", f"the broker says: {reason}; {hint}")
            return
        client.subscribe([(topic, 1) for topic in self._topics])
        self.tell("ok")

    def _cut_off(self, _client: Any, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if not self.stopping.is_set() and self.state.state != "failing":
            self.tell("failing", f"the connection was lost: {reason}; it is tried again")

    def _out_of_reach(self, _client: Any, _userdata: Any) -> None:
        host, port = self._address
        self.tell("failing", f"{host}:{port} does not answer; check host and port of [touchpoints.{self.name}.mqtt]")

    def _drop(self) -> None:
        while not self._waiting.empty():
            self._waiting.get_nowait()
