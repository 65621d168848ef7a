"""`python -m datong.simulator`: people a running platform through its public touchpoints."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from datong.model import from_iso
from datong.simulator.clock import FollowedClock, SteadyClock
from datong.simulator.gateway import Gateway
from datong.simulator.goods import MALL, open_mall
from datong.simulator.population import people
from datong.simulator.run import Run
from datong.simulator.sender import Sender

__all__ = ["main"]


def watch(stop: threading.Event, sender: Sender) -> None:
    """Give up what waits to be sent once told to stop, or once whoever started this is gone."""
    parent = os.getppid()
    while not stop.wait(0.5):
        if os.getppid() != parent:
            stop.set()
    sender.give_up()


def main() -> None:
    """Read the arguments and run until interrupted."""
    p = argparse.ArgumentParser(prog="python -m datong.simulator", description=__doc__)
    p.add_argument("--dir", type=Path, default=Path("demo"), help="folder of keys.json and venue.yaml; truth/ goes in")
    p.add_argument("--url", default="http://127.0.0.1:8720", help="the platform")
    p.add_argument("--keys", type=Path, help="JSON of write keys by touchpoint (default: DIR/keys.json)")
    p.add_argument("--venue", type=Path, help="the venue file (default: DIR/venue.yaml, else the built-in one)")
    p.add_argument("--truth", type=Path, help="where the ground truth goes (default: DIR/truth)")
    p.add_argument("--seed", type=int, default=7, help="another seed is another town")
    p.add_argument("--shoppers", type=int, default=5_000, help="how many people live in it; the load follows")
    p.add_argument("--history-days", type=int, default=30, help="days of past receipts and sessions sent at first")
    p.add_argument("--language", choices=("en", "zh-CN"), default="en", help="language of names")
    p.add_argument("--clock", default="platform", help="platform, or TIME@SPEED such as 2026-03-07T17:30:00+08:00@60")
    p.add_argument("--tick", type=float, default=0, help="real seconds per round (default: one simulated minute)")
    p.add_argument("--gateway", type=int, default=0, help="port of the message gateway (default: the one in keys.json)")
    o = p.parse_args()

    keys = json.loads((o.keys or o.dir / "keys.json").read_text("utf-8"))
    venue = o.venue or (o.dir / "venue.yaml" if (o.dir / "venue.yaml").exists() else MALL / "venue.yaml")
    mall = open_mall(venue, o.seed, o.language)
    run = Run(mall, people(mall, o.seed, o.shoppers, o.language), o.seed, o.truth or o.dir / "truth")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    clock: FollowedClock | SteadyClock
    if o.clock == "platform":
        try:
            clock = FollowedClock(o.url)
        except OSError as error:
            sys.exit(f"no platform answers at {o.url}: {error}")
    else:
        start, _, speed = o.clock.partition("@")
        clock = SteadyClock(from_iso(start), float(speed or 1))
    port = o.gateway or int(keys.get("gateway_port", 0))
    try:
        gateway = Gateway(port, lambda message: run.hear(message, clock.now()))
    except OSError as error:
        sys.exit(f"the message gateway cannot listen on port {port} ({error.strerror}); is another simulator running?")
    sender = Sender(o.url, {name: str(key) for name, key in keys.items()})
    threading.Thread(target=watch, args=(stop, sender), daemon=True).start()
    try:
        first, past = run.begin(clock.now(), o.history_days)
        sender.send(first)
        sender.flush()
        run.catch_up(clock.now(), sender)  # so that the mall is seen to be full before its past is there
        sender.send(past)
        sender.flush()
        if stop.is_set():
            return  # the past is not all there: the next start begins with it again
        run.keep()
        run.live(clock, sender, o.tick or min(1.0, 60 / clock.speed), stop)
    finally:
        gateway.close()
        sender.close()
        run.truth.close()


if __name__ == "__main__":
    main()
