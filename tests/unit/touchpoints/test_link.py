"""Links: what cannot be one, and what a claim says."""

from __future__ import annotations

from typing import Any

import pytest

from datong.errors import Rejected
from datong.storage import Store
from datong.touchpoints import NewLink, make_claim, make_links, read_claim


@pytest.mark.parametrize(("link", "field"), [
    (NewLink(), "sku"), (NewLink("poster", "A"), "kind"), (NewLink("shelf", "A"), "place"),
    (NewLink("page", target="javascript:alert(1)"), "target"), (NewLink(sku="A", code="a/b"), "code"),
    (NewLink(sku="A", code="ab"), "code"), (NewLink(sku="A", label="x" * 65), "label"),
])
def test_what_is_wrong_with_a_link_is_named(store: Store, link: NewLink, field: str) -> None:
    with pytest.raises(Rejected) as caught:
        make_links(store, [NewLink(sku="A"), link], "user:ann")
    assert (caught.value.code, caught.value.field) == ("bad_link", f"links[1].{field}")
    assert store.log.end() == 0  # all or none


def test_the_same_code_twice_in_one_list(store: Store) -> None:
    with pytest.raises(Rejected) as caught:
        make_links(store, [NewLink(sku="A", code="abc"), NewLink(sku="B", code="abc")], "user:ann")
    assert caught.value.field == "links[1].code"


def test_a_claim_says_whose_it_is_and_fits_into_a_scene(vault: Any) -> None:
    claim = make_claim(vault, "member_card", 2**63 - 1, 1_772_337_600_000)
    assert len(f"k={claim}") <= 32
    found = read_claim(vault, ("phone", "member_card"), claim, 1_772_337_600_000)
    assert (found.ns, found.key, found.verified) == ("member_card", 2**63 - 1, True)
    for ns, text, code in ((("phone",), claim, "forged_claim"), (("member_card",), claim[:-1], "foreign_claim"),
                           (("member_card",), "", "foreign_claim"), (("member_card",), "é" * 28, "foreign_claim")):
        with pytest.raises(Rejected) as caught:
            read_claim(vault, ns, text, 0)
        assert caught.value.code == code
    with pytest.raises(Rejected) as caught:
        read_claim(vault, ("member_card",), claim, 1_772_337_600_001)
    assert caught.value.code == "expired_claim"
