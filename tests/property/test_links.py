"""Digital Links, EPC URNs and bare numbers: whatever the text, it names something or is refused with a reason."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.fuzz.links import SEEDS, read

from datong.model import check_digit, digital_link, read_digital_link

digits = st.text("0123456789", min_size=13, max_size=13)
piece = st.sampled_from([
    "01", "21", "10", "414", "254", "00", "gtin", "ser", "22", "", "p", "%2F", "..", "urn:epc:id:sgtin:", "%", "%ff",
    "9521141012345", "09521141012345", "9521141.001234.7", "\u0661\u0662", "\0", "?", "#",
])


@settings(max_examples=150, deadline=None)
@given(st.lists(piece | st.text(max_size=8), max_size=10), st.sampled_from(["/", ".", ":", ""]))
def test_any_pieces(pieces: list[str], between: str) -> None:
    read(between.join(pieces))
    read("https://id.gs1.org/" + "/".join(pieces))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
@example("https://[/01/9521141012345")
@example("urn:epc:id:sgtin:9521141012345.")
@example("/01/\u0669521141012345")
def test_any_text(text: str) -> None:
    read(text)
    read(f"urn:epc:id:sgtin:{text}")


def test_the_seeds_of_the_fuzzer() -> None:
    assert sum(read(seed) is not None for seed in SEEDS) == len(SEEDS) - 1


@given(digits, st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()))
def test_an_address_names_what_it_was_made_of(number: str, serial: str) -> None:
    found = read_digital_link(digital_link(number + check_digit(number), serial))
    assert (found.gtin, found.serial) == (number + check_digit(number), serial)
