"""The traps of retail, each with its truth: what is one person becomes one member, and what is not never does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.flow.persons import Crowd, crowd, person

from datong.identity import why
from datong.model import DAY


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Crowd]:
    with crowd(tmp_path) as found:
        yield found


def test_one_shopper_everywhere(town: Crowd) -> None:
    """The plain case: browsing, a log-in, the till, the app, one after another, are one member on both channels."""
    ann = person(1)
    town.own(ann)
    town.look(cookie=ann.cookie)
    town.login(cookie=ann.cookie, user=ann.user, traits={"phone": ann.phone, "email": ann.email})
    town.till(member_card=ann.card, phone=ann.phone)
    town.look("web", user=ann.user, app_device=ann.device)
    assert town.one(ann) == 1
    assert town.mall.overlap() == {"online": 0, "offline": 0, "both": 1}


def test_a_shared_tablet_swallows_nobody(town: Crowd) -> None:
    """Twelve shoppers log in on the shop's tablet, which nobody registered: they stay twelve."""
    shoppers = [person(n) for n in range(12)]
    for one in shoppers:
        town.own(one, user_id=one.user, phone=one.phone)
        town.login(user=one.user, traits={"phone": one.phone}, app_device="tablet")
        town.look(user=one.user, app_device="tablet")
        town.look(app_device="tablet")
    assert town.mixed() == []
    assert town.pairs() == (1.0, 1.0)
    assert len({town.member("user_id", one.user) for one in shoppers}) == 12
    assert town.member("app_device", "tablet") is None  # more than four showed it: it is shared, and links nobody


def test_a_kiosk_that_is_registered_links_nobody_from_the_first_moment(tmp_path: Path) -> None:
    with crowd(tmp_path, '[identity.shared]\napp_device = ["kiosk-3f"]\n') as town:
        ann, ben = person(1), person(2)
        town.look(app_device="kiosk-3f")
        assert town.member("app_device", "kiosk-3f") is None
        for one in (ann, ben):
            town.own(one, user_id=one.user)
            town.login(user=one.user, app_device="kiosk-3f")
            assert town.member("app_device", "kiosk-3f") is None
        town.look(app_device="kiosk-3f")
        assert town.mixed() == []
        assert (town.member("user_id", ann.user), town.member("user_id", ben.user)) == (1, 2)


def test_a_recycled_number_belongs_to_its_new_owner(town: Crowd) -> None:
    """A number unseen for more than a year is somebody else's: nobody is merged, and the new one gets it."""
    ann, ben = person(1), person(2)
    town.own(ann, member_card=ann.card, user_id=ann.user)
    town.own(ben, member_card=ben.card, phone=ann.phone)
    town.till(member_card=ann.card, phone=ann.phone)
    town.login(user=ann.user, traits={"phone": ann.phone})
    town.mall.wait(400 * DAY)
    town.till(member_card=ben.card, phone=ann.phone)
    assert town.mixed() == []
    assert town.member("phone", ann.phone) == town.member("member_card", ben.card)
    assert town.member("user_id", ann.user) == town.member("member_card", ann.card)
    # and her other ways keep working
    town.till(member_card=ann.card)
    assert town.mixed() == []


def test_a_number_in_use_is_not_taken_for_recycled(town: Crowd) -> None:
    ann = person(1)
    town.till(member_card=ann.card, phone=ann.phone)
    town.mall.wait(300 * DAY)
    town.login(user=ann.user, traits={"phone": ann.phone})
    town.mall.wait(300 * DAY)
    town.login(user=ann.user, cookie=ann.cookie, traits={"phone": ann.phone})
    assert {town.member("member_card", ann.card), town.member("phone", ann.phone), town.member("user_id", ann.user)
            } == {1}


def test_a_family_card_does_not_make_the_family_one(town: Crowd) -> None:
    """Husband and wife have an account each and show one card: they stay two, and the refusal says why."""
    ann, ben = person(1), person(2)
    town.own(ann, user_id=ann.user, phone=ann.phone, member_card=ann.card)
    town.own(ben, user_id=ben.user, phone=ben.phone)
    town.login(user=ann.user, traits={"phone": ann.phone})
    town.login(user=ben.user, traits={"phone": ben.phone})
    town.till(member_card=ann.card, phone=ann.phone)
    town.till(member_card=ann.card, phone=ben.phone)
    assert town.mixed() == []
    assert town.member("user_id", ann.user) == town.member("member_card", ann.card)
    his = town.member("user_id", ben.user)
    assert his is not None
    assert town.reasons(his) == ["limit:user_id"]


def test_two_cards_of_one_person_are_one_member(town: Crowd) -> None:
    """An old and a new card with one number are one person; a third card with it is a refusal to look at."""
    ann = person(1)
    town.till(member_card="660001", phone=ann.phone)
    town.till(member_card="660002", phone=ann.phone)
    town.login(user=ann.user, traits={"phone": ann.phone})
    assert {town.member("member_card", "660001"), town.member("member_card", "660002"),
            town.member("user_id", ann.user)} == {1}
    town.till(member_card="660003", phone=ann.phone)
    assert town.member("member_card", "660003") == 2
    assert town.reasons(2) == ["limit:member_card"]


@pytest.mark.parametrize(("ns", "values"), [
    ("phone", ["13800138000", "1380013 8000", "+8613800138000"]), ("phone", ["11111111111", "00000000000"]),
    ("email", ["test@test.com", "none", "NULL"]), ("member_card", ["0000 0000", "散客", "null"]),
])
def test_a_placeholder_joins_nobody(town: Crowd, ns: str, values: list[str]) -> None:
    for number in range(8):
        one = person(number)
        town.own(one, user_id=one.user)
        town.login("web", True, None, "", one.user, **{ns: values[number % len(values)]})
    assert town.mixed() == []
    assert town.mall.rows("SELECT count(*) AS n FROM identity_member") == [{"n": 8}]


def test_the_cashiers_own_number_joins_no_customers(town: Crowd) -> None:
    """Whoever has no number gets the cashier's. When it shows, those it had joined are parted again."""
    customers = [person(n) for n in range(20)]
    for one in customers:
        town.own(one, member_card=one.card, user_id=one.user)
        town.login(user=one.user, member_card=one.card)
        town.till(member_card=one.card, phone="13777777771")
    assert town.member("phone", "13777777771") is None
    assert town.mixed() == []
    assert town.pairs() == (1.0, 1.0)


def test_the_cashiers_number_is_found_out_where_cards_have_no_account(town: Crowd) -> None:
    """Nothing but the number speaks for these customers: the first two were one member until it was seen through."""
    customers = [person(n) for n in range(20)]
    for one in customers:
        town.own(one, member_card=one.card)
        town.till(member_card=one.card, phone="13777777771")
    assert town.member("phone", "13777777771") is None
    assert town.mixed() == []
    assert len({town.member("member_card", one.card) for one in customers}) == 20


def test_a_browser_after_logout_is_a_stranger_until_the_next_login(town: Crowd) -> None:
    """On one family computer Ann logs in and out, somebody looks about, Ben logs in: nobody gets another's clicks."""
    ann, ben = person(1), person(2)
    town.own(ann, user_id=ann.user, phone=ann.phone)
    town.own(ben, user_id=ben.user, phone=ben.phone)
    town.look(cookie="family")
    town.login(cookie="family", user=ann.user, traits={"phone": ann.phone})
    town.log_out(cookie="family", user=ann.user)
    hers = town.member("user_id", ann.user)
    town.look(cookie="family")
    assert town.member("anonymous_id", "family") != hers
    town.login(cookie="family", user=ben.user, traits={"phone": ben.phone})
    assert town.mixed() == []
    assert town.member("user_id", ann.user) == hers
    assert town.member("anonymous_id", "family") == town.member("user_id", ben.user)
    town.log_out(cookie="family", user=ben.user)
    town.login(cookie="family", user=ann.user, traits={"phone": ann.phone})
    assert town.mixed() == []
    assert town.member("anonymous_id", "family") == town.member("user_id", ann.user) == hers


def test_anonymous_becomes_known_every_time(town: Crowd) -> None:
    """Cleared cookies, new browsers, one device: each log-in brings in what was done before it."""
    ann = person(1)
    town.login(user=ann.user, traits={"phone": ann.phone})
    for number in range(6):
        cookie = f"cookie-{number}"
        town.look(cookie=cookie)
        stranger = town.member("anonymous_id", cookie)
        assert stranger != 1
        town.login("site" if number % 2 else "web", cookie=cookie, user=ann.user)
        assert town.member("anonymous_id", cookie) == 1
    town.look(app_device=ann.device)
    town.login(user=ann.user, app_device=ann.device)
    town.look(app_device=ann.device, cookie="cookie-0")
    assert town.member("app_device", ann.device) == 1
    assert town.mall.rows("SELECT count(*) AS n FROM identity_member WHERE merged_into IS NULL") == [{"n": 1}]


def test_anybody_can_read_the_pages_key_and_nobody_can_merge_with_it(town: Crowd) -> None:
    """Somebody calls with the site's key and claims to be everybody: nothing that was two becomes one."""
    people = [person(n) for n in range(3)]
    for one in people:
        town.own(one, member_card=one.card, phone=one.phone, user_id=one.user)
        town.login(user=one.user, traits={"phone": one.phone})
        town.till(member_card=one.card, phone=one.phone)
    everything = [{"type": ns, "id": value, "verified": True} for one in people for ns, value in (
        ("member_card", one.card), ("phone", one.phone), ("user_id", one.user))]
    before = town.mall.rows("SELECT count(*) AS n FROM identity_member WHERE merged_into IS NULL")
    for call in (
        {"type": "identify", "traits": {"phone": people[1].phone, "phone_verified": True}, "userId": people[0].user},
        {"type": "alias", "previousId": people[1].user, "userId": people[2].user},
        {"type": "identify", "userId": "the-thief", "traits": {"phone": people[0].phone}},
        {"type": "page", "userId": "the-thief", "context": {"externalIds": everything[:1]}},
        {"type": "track", "event": "Product Viewed", "properties": {"sku": "shoe-1"}, "anonymousId": "c",
         "context": {"externalIds": everything}},
        {"type": "identify", "traits": {}, "context": {"externalIds": everything[::-1]}},
    ):
        town.mall.calls("site", call)
        town.mall.drain()
    assert town.mixed() == []
    assert town.pairs() == (1.0, 1.0)
    thief = town.member("user_id", "the-thief")
    assert thief not in {town.member("user_id", one.user) for one in people}
    after = town.mall.rows("SELECT count(*) AS n FROM identity_member WHERE merged_into IS NULL")
    assert after[0]["n"] == before[0]["n"] + 1  # the thief's own
    assert thief is not None
    assert town.reasons(thief) == ["unverified", "untrusted"]  # the number, the card


def test_a_strangers_number_typed_at_sign_up_is_not_inherited(town: Crowd) -> None:
    """A thief signs up with Ann's number before she does: shown at the till it is hers, and nothing else is."""
    ann = person(1)
    town.own(ann, member_card=ann.card, phone=ann.phone)
    town.login("site", user="the-thief", traits={"phone": ann.phone})
    town.till(member_card=ann.card)
    town.till(member_card=ann.card, phone=ann.phone)
    assert town.member("phone", ann.phone) == town.member("member_card", ann.card)
    assert town.member("user_id", "the-thief") != town.member("phone", ann.phone)
    town.login(user=ann.user, traits={"phone": ann.phone})
    assert town.member("user_id", ann.user) == town.member("member_card", ann.card)


def test_a_card_claimed_on_a_page_is_not_believed_at_the_till(town: Crowd) -> None:
    """The thief was the first ever to name the card: it is still the one's who shows it where it is checked."""
    ann = person(1)
    town.own(ann, member_card=ann.card, phone=ann.phone)
    town.login("site", user="the-thief", member_card=ann.card)
    town.till(member_card=ann.card, phone=ann.phone)
    assert town.member("member_card", ann.card) == town.member("phone", ann.phone)
    assert town.member("user_id", "the-thief") != town.member("phone", ann.phone)


def test_a_malformed_number_costs_no_sale(town: Crowd) -> None:
    """The till sends half a number: the receipt counts, and it says what was left out."""
    ann = person(1)
    town.till(member_card=ann.card, phone="139")
    (sold,) = town.mall.events("Receipt Issued")
    assert [one.ns for one in sold.identifiers] == ["member_card"]
    (refused,) = sold.properties["refused_identifiers"]
    assert (refused["ns"], refused["reason"]) == (
        "phone", "the phone has too few or too many digits for a telephone number")
    assert town.member("member_card", ann.card) == 1
    with town.mall.store.state.read() as tx:
        (told,) = why(tx, town.mall.platform.vault, 1).refused
    assert (told.ns, told.value, told.other) == ("phone", "", "")
    assert told.reason == "malformed: the phone has too few or too many digits for a telephone number"
