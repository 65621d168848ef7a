"""Web: Segment's bodies become calls; what cannot be read is returned beside what can."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datong.errors import Rejected
from datong.touchpoints.call import Call, Listening, Unread
from datong.touchpoints.kinds.web import Web, read_batch, read_single, write_key


def body(*calls: Any, **beside: Any) -> bytes:
    return json.dumps({"batch": calls, **beside}).encode()


def test_a_batch_in_order_with_its_sent_at() -> None:
    own = {"type": "track", "event": "E", "sentAt": "own"}
    heard = read_batch(body({"type": "page", "userId": 5}, own, sentAt="S"))
    assert [(c.type, c.sent_at) for c in heard if isinstance(c, Call)] == [("page", "S"), ("track", "own")]
    assert isinstance(heard[0], Call)
    assert heard[0].raw == b'{"type": "page", "userId": 5}'


def test_a_batch_may_share_a_context() -> None:
    heard = read_batch(body({"type": "page"}, context={"externalIds": [{"type": "phone", "id": "1"}]}))
    assert isinstance(heard[0], Call)
    assert heard[0].context is not None
    assert heard[0].context.external_ids is not None
    assert heard[0].context.external_ids[0].type == "phone"


def test_good_calls_survive_beside_bad_ones() -> None:
    heard = read_batch(body({"type": "page"}, {"type": "track", "event": 7, "messageId": "m7"}, 5, {"type": "page"}))
    assert [type(one).__name__ for one in heard] == ["Call", "Unread", "Unread", "Call"]
    bad = heard[1]
    assert isinstance(bad, Unread)
    assert (bad.code, bad.field, bad.id, bad.raw) == (
        "bad_type", "event", "m7", b'{"type": "track", "event": 7, "messageId": "m7"}'
    )


def test_invalid_utf8_spoils_only_its_own_call() -> None:
    heard = read_batch(b'{"batch":[{"type":"page","name":"\xff"},{"type":"page"}]}')
    assert isinstance(heard[0], Unread)
    assert heard[0].code == "bad_json"
    assert isinstance(heard[1], Call)


def test_half_a_surrogate_pair_is_replaced() -> None:
    heard = read_batch(rb'{"batch":[{"type":"page","name":"a\ud83d"},{"type":"page","name":"\ud83d\ude00"}]}')
    assert [c.name for c in heard if isinstance(c, Call)] == ["a?", "\U0001f600"]
    single = read_single(rb'{"name":"\ude00b"}', "page")[0]
    assert isinstance(single, Call)
    assert single.name == "?b"


def test_a_number_that_is_none_spoils_only_its_own_call() -> None:
    heard = read_batch(b'{"batch":[{"type":"page","properties":{"a":NaN,"b":-Infinity,"c":1.5}},{"type":"page"}]}')
    assert isinstance(heard[0], Call)
    assert heard[0].properties == {"a": "NaN", "b": "-Infinity", "c": 1.5}
    assert isinstance(heard[1], Call)


@pytest.mark.parametrize(("frame", "code"), [
    (b"{", "bad_json"), (b"[]", "bad_json"), (b'{"batch": {}}', "bad_json"), (b'{"batch": []}', "empty_batch"),
    (b'{"batch": [1,]}', "bad_json"), (b'{"batch":[' + b"[" * 9_999 + b"]}", "bad_json"), (b"\xff", "bad_json"),
])
def test_bad_bodies(frame: bytes, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_batch(frame)
    assert caught.value.code == code


def test_the_address_names_a_single_calls_type() -> None:
    heard = read_single(b'{"event": "Cart Viewed", "type": "page"}', "track")
    assert isinstance(heard[0], Call)
    assert (heard[0].type, heard[0].event) == ("track", "Cart Viewed")


def test_a_frame_is_a_batch_or_one_call() -> None:
    assert len(Web().listen(body({"type": "page"}, {"type": "page"}), Listening())) == 2
    assert len(Web().listen(b'{"type": "page"}', Listening())) == 1
    with pytest.raises(Rejected):
        Web().listen(b"nothing", Listening())


def test_the_write_key_in_the_body() -> None:
    assert write_key(b'{"writeKey": "k", "batch": []}') == "k"
    assert write_key(b'{"writeKey": 5}') == ""
    assert write_key(b"{") == ""
