"""What was taken back leaves everybody under the number they had: the smallest examples of what once went wrong."""

from __future__ import annotations

import pytest
from tests.unit.identity.correcting import correct, outcome
from tests.unit.identity.town import Town

from datong.identity import live
from datong.privacy import Vault
from datong.storage import Store


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    return Town(store, vault)


def done(town: Town, action: str, *shown: str, **said: object) -> int:
    """Carry out a correction that is not refused; return its decision."""
    correct(town, action, *shown, **said)
    found = outcome(town)
    assert found.state == "done", found.reason
    assert found.seq is not None
    return found.seq


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_join_said_twice_is_taken_back_in_any_order(town: Town, order: tuple[int, int]) -> None:
    town.see("member_card:1")
    town.see("phone:p")
    joins = [done(town, "join", "member_card:1", "phone:p") for _ in range(2)]
    first, second = (joins[at] for at in order)
    batch = correct(town, "undo", seq=first)
    assert (batch.merges, batch.splits, batch.moves) == ([], [], [])
    assert (outcome(town).state, outcome(town).reason) == (
        "done", f"decision {second} holds the two together as well; take that back first, or split the member")
    assert town.who("member_card:1", "phone:p") == [1, 1]
    done(town, "undo", seq=second)
    assert town.who("member_card:1", "phone:p") == [1, 2]
    correct(town, "join", "member_card:1", "phone:p")
    assert outcome(town).reason == "apart"


def test_a_join_that_later_events_confirm_goes_and_nobody_comes_apart(town: Town) -> None:
    town.see("member_card:1")
    town.see("phone:p")
    joined = done(town, "join", "member_card:1", "phone:p")
    town.see("member_card:1", "email:e")
    town.see("phone:p", "email:e")
    taken_back = done(town, "undo", seq=joined)
    assert outcome(town).reason.startswith("what event e5 showed holds the two together as well")
    assert town.who("member_card:1", "phone:p") == [1, 1]
    done(town, "undo", seq=taken_back)
    assert town.who("member_card:1", "phone:p") == [1, 1]


def test_a_member_without_its_first_identifier_lives_again_after_a_join(town: Town) -> None:
    town.see("phone:1", "email:1")
    town.see("member_card:0", "member_card:1")
    town.see("member_card:1", "phone:0")
    done(town, "unmerge", "member_card:0")
    assert town.who("member_card:0", "member_card:1", "phone:0") == [3, 2, 2]
    joined = done(town, "join", "phone:0", "email:1")
    assert town.who("member_card:1", "phone:0", "email:1") == [1, 1, 1]
    done(town, "undo", seq=joined)
    assert town.who("phone:1", "email:1", "member_card:1", "phone:0", "member_card:0") == [1, 1, 2, 2, 3]
    with town.store.state.read() as tx:
        assert live(tx, 2) == 2


def test_numbers_are_not_swapped_where_the_first_identifier_went_and_came_back(town: Town) -> None:
    town.see("member_card:a")
    town.see("member_card:b")
    joined = done(town, "join", "member_card:a", "member_card:b")
    taken_out = done(town, "unmerge", "member_card:a")
    assert town.who("member_card:a", "member_card:b") == [3, 1]
    done(town, "undo", seq=taken_out)
    assert town.who("member_card:a", "member_card:b") == [1, 1]
    done(town, "undo", seq=joined)
    assert town.who("member_card:a", "member_card:b") == [1, 2]


def test_a_member_whose_first_identifier_moved_on_by_itself_lives_again_after_a_merge(town: Town) -> None:
    town.see("email:x")
    town.see("~phone:p", "user_id:u")
    assert town.see("phone:p", "member_card:owner") == 3, "who verified it has it"
    assert town.see("email:x", "user_id:u") == 1
    (merged,) = town.told(1, "merge")
    done(town, "undo", seq=merged.seq)
    assert town.who("email:x", "user_id:u", "phone:p") == [1, 2, 3]


def test_what_nobody_held_is_nobodys_after_an_undo_too(town: Town) -> None:
    town.see("phone:x")
    town.see("phone:y")
    done(town, "share", "phone:x")
    done(town, "unshare", "phone:x")
    parted = done(town, "part", "phone:x", "phone:y")
    done(town, "undo", seq=parted)
    assert town.who("phone:x", "phone:y") == [None, 2]


def test_who_gave_up_the_only_identifier_has_it_back(town: Town) -> None:
    town.see("phone:x")
    shared = done(town, "share", "phone:x")
    unshared = done(town, "unshare", "phone:x")
    correct(town, "undo", seq=shared)
    assert outcome(town).reason == f"decision {unshared} stands on it; take that back first"
    done(town, "undo", seq=unshared)
    assert town.who("phone:x") == [None]
    done(town, "undo", seq=shared)
    assert town.who("phone:x") == [1]


def test_an_undo_taken_back_and_taken_back_again(town: Town) -> None:
    town.see("member_card:a", "member_card:b")
    taken_out = done(town, "unmerge", "member_card:a")
    undo = done(town, "undo", seq=taken_out)
    done(town, "undo", seq=undo)
    assert town.who("member_card:a", "member_card:b") == [2, 1]
    done(town, "undo", seq=taken_out)
    assert town.who("member_card:a", "member_card:b") == [1, 1]


def test_said_to_be_apart_twice_is_apart_until_both_are_taken_back(town: Town) -> None:
    town.see("phone:x")
    town.see("email:y")
    parts = [done(town, "part", "phone:x", "email:y") for _ in range(2)]
    done(town, "undo", seq=parts[0])
    town.see("phone:x", "email:y")
    assert town.who("phone:x", "email:y") == [1, 2]
    done(town, "undo", seq=parts[1])
    town.see("phone:x", "email:y")
    assert town.who("phone:x", "email:y") == [1, 1]
