"""Cleaning takes any text, says the same twice, and is content with what it made itself."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from datong.identity.linker import FIELDS
from datong.identity.linker.clean import clean_value

ALPHABET = st.one_of(
    st.characters(codec="utf-8"), st.sampled_from("0123456789-/.+@ ,'年月日号路王欧阳張·ÅßéＡ１ 　\u200b\0"),
)
STABLE = ("given_name", "surname", "full_name", "date_of_birth", "postcode", "city", "national_id", "card", "gender",
          "number", "household", "occupation")


@settings(max_examples=300, deadline=None)
@given(st.text(ALPHABET, max_size=40), st.sampled_from(sorted(FIELDS)), st.sampled_from(("", "CN", "US", "mdy")))
def test_any_text_is_cleaned(text: str, kind: str, habit: str) -> None:
    """No text breaks it; a field is null or has something in it, without blanks around."""
    made = clean_value(kind, text, habit)
    assert list(made) == list(FIELDS[kind])
    assert all(value is None or (value and value == value.strip()) for value in made.values())


@settings(max_examples=300, deadline=None)
@given(st.text(ALPHABET, max_size=40), st.sampled_from(STABLE))
def test_what_is_clean_stays_as_it_is(text: str, kind: str) -> None:
    """Cleaning the first field again changes nothing."""
    first = next(iter(clean_value(kind, text).values()))
    if first is not None:
        assert next(iter(clean_value(kind, first).values())) == first
