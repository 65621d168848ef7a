"""Till: what a till asks and tells, online and offline; receipts and redemptions are kept on disk and sent in order."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timezone
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Union
from urllib.parse import urlencode

from datong_client.coupon import genuine, read_day
from datong_client.line import Line, LineDown, Refused
from datong_client.outbox import Item, Outbox

__all__ = ["Problem", "Till", "Told", "Verdict"]

_BACKLOG = 20
"""With more than so much waiting a cashier is not kept until it is all sent; the till's thread sends it."""

_PATHS = {"receipt": "/api/till/receipt", "redeem": "/api/till/coupon/redeem", "void": "/api/till/void"}


class Told(NamedTuple):
    """What became of what was told: `sent` with the platform's `answer`, or only `kept` and sent later."""

    sent: bool
    answer: Dict[str, Any]


class Verdict(NamedTuple):
    """Whether a coupon may be taken. `sure` is false where the platform could not be asked; `reason` says what is open.

    Reasons when not ok: the platform's (`redeemed_coupon`, `expired_coupon`, `forged_coupon`, `locked_coupon` …), and
    offline `foreign_coupon`, `forged_coupon` (by the signature that a picture carries), `expired_coupon`,
    `redeemed_coupon` (here), `unlisted_coupon`. When ok but not sure: `not_asked`: another till may have redeemed it
    meanwhile.
    """

    ok: bool
    sure: bool
    reason: str
    code: str
    offer: str = ""
    other: Optional[Dict[str, Any]] = None


class Problem(NamedTuple):
    """Something that was told later and did not go as the till thought: what was sent, and the platform's answer."""

    number: int
    kind: str
    sent: Dict[str, Any]
    answer: Dict[str, Any]


class Till:
    """One till of one store. Everything it is told is on disk (`path`) before the method returns.

    While the line is down receipts and redemptions gather there and are sent in order when it is back, tried every
    `retry` seconds; nothing is lost or doubled, also when the till is killed at any moment. `timeout` (seconds) is how
    long a cashier waits for the platform.
    """

    def __init__(
        self, url: str, key: str, store: str, till: str, path: str = "datong-till.sqlite", timeout: float = 3.0,
        retry: float = 5.0, accept_unlisted: bool = False, now: Optional[Callable[[], float]] = None,
    ) -> None:
        """`accept_unlisted` takes coupons offline that were not open at the last `refresh`; `now` is the clock (s)."""
        self.store, self.till = store, till
        self._line, self._outbox = Line(url, key, timeout), Outbox(path)
        self._retry, self._accept_unlisted, self._now = retry, accept_unlisted, now or time.time
        self._sending, self._wake, self._stop = threading.RLock(), threading.Event(), False
        self._down_until, self._answers = 0.0, {}  # type: float, Dict[int, Dict[str, Any]]
        self._thread = threading.Thread(target=self._run, name="datong-till", daemon=True)
        self._thread.start()

    def lookup(self, card: str = "", phone: str = "", code: str = "") -> Dict[str, Any]:
        """Return who it is, as far as a cashier may see; raises LineDown."""
        answer: Dict[str, Any] = self._ask("POST", "/api/till/lookup", {"card": card, "phone": phone, "code": code})
        return answer

    def original(self, business_day: str, sequence: Union[str, int], store: str = "", till: str = "") -> Dict[str, Any]:
        """Return a receipt as it stands, with what is left to be returned; raises LineDown, and Refused (404)."""
        asked = {"store": store or self.store, "till": till or self.till, "business_day": business_day,
                 "sequence": sequence}
        answer: Dict[str, Any] = self._ask("GET", f"/api/till/receipt?{urlencode(asked)}")
        return answer

    def receipt(self, receipt: Mapping[str, Any]) -> Told:
        """Tell a sale, return or exchange; `store`, `till` and `time` are filled in where they are left out."""
        return self._tell("receipt", {"store": self.store, "till": self.till, "time": self._moment(), **receipt})

    def void(self, business_day: str, sequence: Union[str, int], voids: str) -> Told:
        """Tell that a receipt does not count: `voids` is its whole number, or that at this till and day."""
        whole = voids if "/" in voids else f"{self.store}/{self.till}/{business_day}/{voids}"
        self._outbox.unspend_receipt(whole)
        return self._tell("void", {**self._key(business_day, sequence), "voids": whole, "time": self._moment()})

    def check(self, code: str) -> Verdict:
        """Say whether a coupon may be taken, without taking it."""
        try:
            answer = self._ask("POST", "/api/till/coupon/check", {"code": code})
        except LineDown:
            return self._offline(code)
        return Verdict(answer["ok"], True, answer["reason"], answer["code"], answer["offer"], answer["other"])

    def lock(self, code: str, business_day: str, sequence: Union[str, int]) -> Verdict:
        """Keep a coupon for the receipt that is being rung up; offline it can only be checked."""
        try:
            answer = self._ask("POST", "/api/till/coupon/lock", {**self._key(business_day, sequence), "code": code})
        except LineDown:
            return self._offline(code)
        return _verdict(answer)

    def unlock(self, code: str, business_day: str, sequence: Union[str, int]) -> None:
        """Let a coupon go; offline it goes by itself within ten minutes."""
        try:
            self._ask("POST", "/api/till/coupon/unlock", {**self._key(business_day, sequence), "code": code})
        except LineDown:
            return

    def redeem(
        self, code: str, business_day: str, sequence: Union[str, int], amount: Union[str, float] = 0,
        currency: str = "", customer: Optional[Mapping[str, str]] = None,
    ) -> Verdict:
        """Take a coupon on a receipt. Offline it is taken as far as this till can tell, and told when the line is back.

        Whether the platform took it then is among `problems` where it did not.
        """
        known = read_day(code)
        plain, at = known.code if known else code, self._moment()
        receipt = f"{self.store}/{self.till}/{business_day}/{sequence}"
        told = {**self._key(business_day, sequence), "code": plain, "amount": amount, "time": at,
                "customer": dict(customer or {})}
        if currency:
            told["currency"] = currency
        if not self.online():
            return self._redeem_offline(told, receipt, code)
        earlier = self._outbox.spend(plain, receipt, at)
        (number,) = self._outbox.put("redeem", [told])
        answer = self._answer_of(number)
        if answer is None:  # the line went down meanwhile: from here on it is a redemption offline
            offline = self._offline(code, mine=receipt)
            if not offline.ok:
                self._outbox.done([number])
                if earlier is None:
                    self._outbox.unspend(plain)
                return offline
            if self._outbox.change(number, {**told, "offline": True}) or number not in self._answers:
                return offline
            answer = self._answers[number]
        verdict = _verdict(answer)
        if not verdict.ok and earlier is None:
            self._outbox.unspend(plain)
        return verdict

    def refresh(self, limit: int = 10_000) -> int:
        """Fetch the open coupons, and the key that signs pictures, for the time offline; return how many there are.

        Raises LineDown.
        """
        shown: List[Dict[str, Any]] = self._ask("GET", f"/api/till/coupons?limit={limit}")
        self._outbox.list_coupons(shown)
        self._outbox.know("coupon_key", self._ask("GET", "/api/till/coupons/key")["key"])
        return len(shown)

    def sync(self) -> int:
        """Send what waits, in order; return how much still waits."""
        self._down_until = 0.0
        self._drain()
        return self.waiting

    def online(self) -> bool:
        """Return whether the line was up when it was used last."""
        return time.monotonic() >= self._down_until

    @property
    def waiting(self) -> int:
        """Return how much is still to be sent."""
        return len(self._outbox)

    def problems(self) -> List[Problem]:
        """Return what did not go as the till thought, for somebody to look at: `settle(number)` puts one away."""
        return [Problem(*one) for one in self._outbox.problems()]

    def settle(self, number: int) -> None:
        """Put a problem away."""
        self._outbox.settle(number)

    def close(self) -> None:
        """Stop; what waits stays on disk and is sent by the next Till on this path."""
        self._stop = True
        self._wake.set()
        self._thread.join(10)
        self._line.close()
        self._outbox.close()

    def _tell(self, kind: str, told: Dict[str, Any]) -> Told:
        (number,) = self._outbox.put(kind, [told])
        answer = self._answer_of(number) if self.online() else None
        return Told(answer is not None, answer or {})

    def _redeem_offline(self, told: Dict[str, Any], receipt: str, code: str) -> Verdict:
        verdict = self._offline(code, mine=receipt)
        if verdict.ok:
            self._outbox.spend(verdict.code, receipt, told["time"])
            self._outbox.put("redeem", [{**told, "offline": True}])
        return verdict

    def _offline(self, code: str, mine: str = "") -> Verdict:
        """Say what can be said without the platform."""
        known = read_day(code)
        if known is None:
            return Verdict(False, True, "foreign_coupon", code)
        spent = self._outbox.spent(known.code)
        if spent is not None and spent[0] != mine:
            other = {"place": self.store, "receipt": spent[0], "at": spent[1]}
            return Verdict(False, True, "redeemed_coupon", known.code, other=other)
        if known.until < self._now() * 1000:
            return Verdict(False, True, "expired_coupon", known.code)
        signed = genuine(code, bytes.fromhex(self._outbox.known("coupon_key")))
        if signed is False:
            return Verdict(False, True, "forged_coupon", known.code)
        listed = self._outbox.coupon(known.code)
        if listed is None and signed:
            return Verdict(True, False, "not_asked", known.code)
        if listed is None:
            return Verdict(self._accept_unlisted, False, "unlisted_coupon", known.code)
        if _ms(str(listed["expires"])) < self._now() * 1000:
            return Verdict(False, True, "expired_coupon", known.code)
        return Verdict(True, False, "not_asked", known.code, str(listed["offer"]))

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        if not self.online():
            raise LineDown("the line is down")
        try:
            return self._line.ask(method, path, body)
        except LineDown as error:
            self._fail(error)
            raise

    def _fail(self, error: LineDown) -> None:
        self._down_until = time.monotonic() + max(self._retry, error.after)

    def _answer_of(self, number: int) -> Optional[Dict[str, Any]]:
        """Send what waits up to this number; return its answer, or None where the cashier should not wait for it."""
        if self.waiting > _BACKLOG:
            self._wake.set()
            return None
        while number not in self._answers and self._outbox.waits(number):
            if not self._send_one():
                return None
        return self._answers.get(number)

    def _drain(self) -> None:
        """Send what waits, in order, until the line is down."""
        while self.waiting and self._send_one():
            pass

    def _send_one(self) -> bool:
        """Send the oldest thing that waits; return whether the line is up. Raises Refused where the key is wrong."""
        with self._sending:
            items = self._outbox.first(1)
            if not items:
                return True
            item = items[0]
            try:
                answer = self._line.ask("POST", _PATHS[item.kind], item.body) or {}
            except LineDown as error:
                self._fail(error)
                return False
            except Refused as error:
                if error.status in (401, 403):
                    self._fail(LineDown(str(error), 60.0))  # the key is wrong: nothing is thrown away for that
                    raise
                self._outbox.set_aside(item, error.body)
                answer = {"results": [], "outcome": "refused", "reason": error.code, **error.body}
            else:
                if answer.get("outcome") == "waiting" and item.body.get("offline"):
                    self._outbox.postpone(item)  # it is kept there, and what became of it is asked for again
                    return False
                self._look(item, answer)
                self._outbox.done([item.id])
            self._answers[item.id] = answer
            if len(self._answers) > _BACKLOG:
                del self._answers[min(self._answers)]
            return True

    def _look(self, item: Item, answer: Dict[str, Any]) -> None:
        """Set aside what was taken and did not go as the till thought."""
        bad = [r for r in answer.get("results", ()) if r.get("code")]
        bad += [c for c in answer.get("coupons", ()) if c.get("outcome") == "refused"]
        if bad or (item.body.get("offline") and answer.get("outcome") == "refused"):
            self._outbox.set_aside(item, answer, taken=True)

    def _run(self) -> None:
        while not self._stop:
            self._wake.wait(min(0.5, self._retry))
            self._wake.clear()
            if self._stop or not self.waiting or not self.online():
                continue
            try:
                self._drain()
            except Refused:
                continue

    def _key(self, business_day: str, sequence: Union[str, int]) -> Dict[str, Any]:
        return {"store": self.store, "till": self.till, "business_day": business_day, "sequence": sequence}

    def _moment(self) -> str:
        return datetime.fromtimestamp(self._now(), timezone.utc).isoformat(timespec="milliseconds")


def _verdict(answer: Mapping[str, Any]) -> Verdict:
    outcome = str(answer.get("outcome"))
    if outcome == "waiting":
        return Verdict(True, False, "not_asked", str(answer.get("code", "")))
    good = outcome in ("redeemed", "locked")
    return Verdict(good, True, str(answer.get("reason", "")), str(answer.get("code", "")), other=answer.get("other"))


def _ms(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000
