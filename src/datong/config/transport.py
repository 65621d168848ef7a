"""How frames come to a touchpoint beside HTTP push: MQTT, a folder of files, or a poll."""

from __future__ import annotations

import msgspec

from datong.config.sections import Secret

__all__ = ["DropSettings", "MqttSettings", "PollSettings"]


class MqttSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[touchpoints.NAME.mqtt]`: the broker and the topics whose messages are frames of this touchpoint.

    A message is acknowledged when it is on disk. `client` names us to the broker, which keeps messages for that name
    while we are away; `ca` is a file of certificates to trust beside the system's. `queue` messages wait at most; when
    they do, no more are read, and the broker holds back.
    """

    host: str
    topics: tuple[str, ...]
    port: int = 0
    user: str = ""
    password: Secret = Secret()
    tls: bool = False
    ca: str = ""
    client: str = ""
    queue: int = 1_000


class DropSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[touchpoints.NAME.drop]`: a folder; each file put there is a frame, and goes to `done/` or `failed/` in it.

    With `lines` each line of a file is a frame: that is how many of them, as a day's of all stores, are loaded fast.

    A file is taken once it has not changed for `settle`; names that begin with a dot or end in .part, .tmp or the like
    are left alone. The folder is looked through `every` so often for files whose name fits `pattern`.
    """

    folder: str
    pattern: str = "*"
    every: str = "2s"
    settle: str = "2s"
    lines: bool = False


class PollSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[touchpoints.NAME.poll]`: an address that is asked `every` so often; its answer is a frame.

    What has not changed (ETag, Last-Modified) is not sent again; an address that fails is asked less and less often.
    `token` is sent as a bearer.
    """

    url: str
    every: str = "1m"
    timeout: str = "10s"
    token: Secret = Secret()
    headers: dict[str, str] = {}
