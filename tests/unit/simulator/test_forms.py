from __future__ import annotations

from random import Random

from tests.unit.simulator.town import mall, town

from datong.model import DAY
from datong.simulator.forms import forgotten, home, slip
from datong.simulator.history import registrations
from datong.simulator.population import people


def test_a_form_is_filled_in_by_the_same_person_in_few_ways() -> None:
    home_en = "88 Nanjing West Road, Flat 3"
    written = {slip(Random(n), "Na Li", home_en) for n in range(40)}
    assert written == {("Na Li", "88 Nanjing W. Rd, Flat 3"), ("Li Na", "88 Nanjing W. Rd, Flat 3"),
                       ("Na LLi", "88 Nanjing W. Rd, Flat 3"), ("Na Lii", "88 Nanjing W. Rd, Flat 3")}
    assert {slip(Random(n), "李娜", "武康路8号3室")[0] for n in range(40)} == {"李娜", "李 娜"}


def test_a_home_is_in_the_town_and_speaks_its_language() -> None:
    birthday, address = home(Random(1), "zh-CN")
    assert (birthday, address) == home(Random(1), "zh-CN")
    assert len(birthday) == 10
    assert address.endswith("室")
    assert ", Flat " in home(Random(1), "en")[1]


def test_the_newsletter_of_earlier_shares_no_identifier_with_its_readers_others() -> None:
    who = next(w for w in town() if w.former)
    calls = [a.body for a in registrations([who], 30 * DAY)]
    former = next(c for c in calls if c["messageId"] == f"former.{who.id}")
    assert former["traits"]["email"] == who.former
    assert not {"userId", "anonymousId"} & former.keys()
    assert former["traits"]["email"] not in {c.get("traits", {}).get("email") for c in calls if c is not former}
    assert "phone" not in former["traits"]


def test_what_is_forgotten_is_written_in_full_or_in_part() -> None:
    forms = [forgotten(Random(n), "Na Li", "1990-05-17", "88 Wukang Road, Flat 3") for n in range(60)]
    assert {frozenset(form) for form in forms} == {
        frozenset(("name", "birthday", "address")), frozenset(("name", "birthday")), frozenset(("name", "address"))}
    assert all(form["birthday"] == "1990-05-17" for form in forms if len(form) == 3)
    assert all(form["birthday"][:8] == "1990-05-" and form["birthday"] != "1990-05-17"
               for form in forms if "address" not in form)
    assert {form["address"] for form in forms if "birthday" not in form} == {"Wukang Rd"}


def test_the_service_desks_tablet_is_shown_by_many() -> None:
    calls = [a.body for a in registrations(list(town()), 30 * DAY)]
    assert sum(c.get("anonymousId") == "tablet-service-desk" for c in calls) > 5


def test_forms_change_nothing_else_about_people() -> None:
    one = people(mall(), 7, 3)[1]
    assert (one.phone, one.level, one.visits, one.buys) == (town()[1].phone, town()[1].level, town()[1].visits,
                                                            town()[1].buys)
    assert 0.01 < sum(bool(w.former) for w in town()) / len(town()) < 0.05
