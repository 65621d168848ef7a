"""Corrections: taking out, splitting, undoing, joining, keeping apart, sharing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.unit.identity.correcting import correct, corrected, outcome
from tests.unit.identity.town import START, Town

from datong.errors import Rejected
from datong.identity import channels_counts, correct_all, correction, live, member
from datong.identity import correct as ask
from datong.model import Merge, Split, decode_event
from datong.privacy import Vault
from datong.storage import Store


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    return Town(store, vault)


def keys(town: Town, *shown: str) -> tuple[int, ...]:
    return tuple(sorted(town.identifier(value).key for value in shown))


def chain(town: Town) -> None:
    """A card and a WeChat account that only a phone connects."""
    town.see("member_card:1", "phone:p", channel="pos")
    town.see("phone:p", "wechat_openid:o", channel="wechat")


def seq_of(town: Town, member: int, kind: str, at: int = -1) -> int:
    return town.told(member, kind)[at].seq


def test_unmerged_identifier_leaves_with_what_hangs_only_on_it(town: Town) -> None:
    chain(town)
    batch = correct(town, "unmerge", "phone:p", reason="wrong number")
    assert batch.splits == [Split(3, 1, (
        (1, keys(town, "member_card:1")), (2, keys(town, "phone:p", "wechat_openid:o"))))]
    assert batch.merges == []
    assert town.who("member_card:1", "phone:p", "wechat_openid:o") == [1, 2, 2]
    told = town.told(1, "unmerge")[0]
    assert (told.member, told.other, told.ns, told.detail, told.cause, told.actor) == (
        1, 2, "phone", "wrong number", "c3", "user:ann")
    assert outcome(town).state == "done"
    assert outcome(town).seq == told.seq


def test_what_was_seen_together_without_it_stays_together(town: Town) -> None:
    chain(town)
    town.see("member_card:1", "wechat_openid:o")
    correct(town, "unmerge", "phone:p")
    assert town.who("member_card:1", "phone:p", "wechat_openid:o") == [1, 2, 1]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)])
def test_what_an_unmerge_leaves_does_not_depend_on_the_order_of_events(town: Town, order: tuple[int, ...]) -> None:
    pairs = [("member_card:1", "phone:p"), ("phone:p", "wechat_openid:o"), ("member_card:1", "wechat_openid:o")]
    for at in order:
        town.see(*pairs[at])
    correct(town, "unmerge", "phone:p")
    assert town.partition(["member_card:1", "phone:p", "wechat_openid:o"]) == {
        frozenset({"member_card:1", "wechat_openid:o"}), frozenset({"phone:p"})}


def test_one_event_with_three_identifiers_survives_the_loss_of_one(town: Town) -> None:
    town.see("member_card:1", "phone:p", "wechat_openid:o")
    correct(town, "unmerge", "member_card:1")
    assert town.who("member_card:1", "phone:p", "wechat_openid:o") == [2, 1, 1]


def test_next_sighting_does_not_bring_back_what_was_taken_out(town: Town) -> None:
    chain(town)
    correct(town, "unmerge", "phone:p")
    assert town.see("member_card:1", "phone:p") == 1
    assert town.who("member_card:1", "phone:p") == [1, 2]
    assert town.told(1, "refuse")[-1].detail == "apart"
    assert town.see("member_card:1", "wechat_openid:o") == 1, "the account hangs on the phone"
    assert town.who("wechat_openid:o") == [2]


def test_undone_unmerge_is_as_before_and_binds_again(town: Town) -> None:
    chain(town)
    correct(town, "unmerge", "phone:p")
    batch = correct(town, "undo", seq=seq_of(town, 1, "unmerge"))
    assert batch.merges == [Merge(4, 2, 1)]
    assert batch.splits == []
    assert town.who("member_card:1", "phone:p", "wechat_openid:o") == [1, 1, 1]
    assert town.see("member_card:1", "phone:p") == 1
    with town.store.state.read() as tx:
        assert live(tx, 2) == 1


def test_undone_merge_gives_the_lost_number_its_life_back(town: Town) -> None:
    town.see("member_card:1", channel="pos")
    town.see("phone:p", channel="web")
    town.see("member_card:1", "phone:p")
    with town.store.state.read() as tx:
        assert channels_counts(tx)["both"] == 1
    batch = correct(town, "undo", seq=seq_of(town, 1, "merge"))
    assert batch.splits == [Split(4, 1, ((1, keys(town, "member_card:1")), (2, keys(town, "phone:p"))))]
    assert town.who("member_card:1", "phone:p") == [1, 2]
    with town.store.state.read() as tx:
        assert live(tx, 2) == 2
        assert (member(tx, 1).channels, member(tx, 2).channels) == ("offline", "online")
        assert member(tx, 1).names == ()
    assert town.see("member_card:1", "phone:p") == 1
    assert town.who("member_card:1", "phone:p") == [1, 2], "what a person decided outlives the next receipt"


def test_undone_undo_merges_again(town: Town) -> None:
    town.see("member_card:1")
    town.see("phone:p")
    town.see("member_card:1", "phone:p")
    first = seq_of(town, 1, "merge")
    correct(town, "undo", seq=first)
    assert outcome(town).state == "done"
    correct(town, "undo", seq=seq_of(town, 1, "undo"))
    assert town.who("member_card:1", "phone:p") == [1, 1]
    correct(town, "undo", seq=first)
    assert outcome(town).state == "done"
    assert town.who("member_card:1", "phone:p") == [1, 2]
    correct(town, "undo", seq=first)
    assert outcome(town).reason == f"decision {first} was taken back by decision {seq_of(town, 1, 'undo')}"


def test_undone_attachment_makes_a_member_of_its_own(town: Town) -> None:
    town.see("member_card:1", "phone:p", "email:e")
    attached = next(e for e in town.told(1, "attach") if e.ns == "email")
    correct(town, "undo", seq=attached.seq)
    assert town.who("member_card:1", "phone:p", "email:e") == [1, 1, 2]


def test_undo_is_refused_where_a_later_decision_holds_the_two_together(town: Town) -> None:
    town.see("member_card:1")
    town.see("phone:p")
    town.see("member_card:1", "phone:p")
    merged = seq_of(town, 1, "merge")
    town.see("email:e", "phone:p")
    town.see("member_card:1", "email:e")
    batch = correct(town, "undo", seq=merged)
    assert (batch.merges, batch.splits) == ([], [])
    assert outcome(town).state == "refused"
    assert outcome(town).reason == "what event e5 showed holds the two together as well; take that back first, " \
        "or split the member"
    assert town.who("member_card:1", "phone:p", "email:e") == [1, 1, 1]
    with town.store.state.read() as tx:
        refused = tx.execute(sa.text(
            "SELECT kind, detail, actor FROM identity_event ORDER BY seq DESC LIMIT 1")).one()
    assert (refused.kind, refused.actor) == ("refuse", "user:ann")
    assert refused.detail.startswith("undo: what event e5 showed")


@pytest.mark.parametrize(("seq", "reason"), [
    (99, "there is no decision 99"), (1, "decision 1 (create) decided nothing that could be taken back"),
])
def test_undo_of_what_cannot_be_undone(town: Town, seq: int, reason: str) -> None:
    town.see("member_card:1", "phone:p")
    correct(town, "undo", seq=seq)
    assert outcome(town).reason == reason


def test_split_separates_groups_and_keeps_them_apart(town: Town) -> None:
    chain(town)
    town.see("member_card:1", "email:e")
    batch = correct(town, "split", groups=[["wechat_openid:o", "email:e"], ["member_card:1", "phone:p"]])
    assert town.who("wechat_openid:o", "email:e", "member_card:1", "phone:p") == [1, 1, 2, 2]
    assert [split.member for split in batch.splits] == [1]
    assert town.see("phone:p", "wechat_openid:o") == 1
    assert town.who("phone:p", "wechat_openid:o") == [2, 1]
    correct(town, "undo", seq=seq_of(town, 1, "split"))
    assert set(town.who("wechat_openid:o", "email:e", "member_card:1", "phone:p")) == {1}
    with town.store.state.read() as tx:
        said = tx.execute(sa.text("SELECT active FROM identity_evidence WHERE kind = 'manual'")).scalars().all()
    assert [bool(active) for active in said] == [False]


def test_identifier_in_no_group_goes_with_its_evidence(town: Town) -> None:
    town.see("member_card:1", "phone:p")
    town.see("phone:p", "email:e")
    town.see("email:e", "wechat_openid:o")
    correct(town, "split", groups=[["member_card:1"], ["email:e"]])
    assert town.who("member_card:1", "phone:p", "email:e", "wechat_openid:o") == [1, 1, 2, 2]


@pytest.mark.parametrize(("groups", "reason"), [
    ([["member_card:1"], ["member_card:1"]], "an identifier stands in two groups"),
    ([["member_card:1"], ["member_card:9"]], "the groups are not identifiers of one member"),
    ([["member_card:1"], ["phone:nobody"]], "this identifier was never seen"),
])
def test_split_is_refused(town: Town, groups: list[list[str]], reason: str) -> None:
    town.see("member_card:1", "phone:p")
    town.see("member_card:9")
    correct(town, "split", groups=groups)
    assert outcome(town).reason == reason
    assert town.who("member_card:1", "phone:p") == [1, 1]


def test_join_makes_two_one_and_can_be_taken_back(town: Town) -> None:
    town.see("member_card:1")
    town.see("member_card:2", "email:e")
    batch = correct(town, "join", "member_card:1", "email:e", confidence=0.98, kind="probabilistic", model="m7",
                    actor="linker:3")
    assert batch.merges == [Merge(3, 2, 1)]
    with town.store.state.read() as tx:
        proof = tx.execute(sa.text("SELECT * FROM identity_evidence WHERE kind = 'probabilistic'")).one()
    assert (proof.confidence, proof.model, proof.cause, bool(proof.active)) == (0.98, "m7", "c3", True)
    joined = town.told(1, "join")[0]
    assert (joined.member, joined.other, joined.actor) == (1, 2, "linker:3")
    correct(town, "undo", seq=joined.seq)
    assert town.who("member_card:1", "member_card:2", "email:e") == [1, 2, 2]
    correct(town, "join", "member_card:1", "email:e")
    assert outcome(town).reason == "apart"


def test_join_is_held_to_limits_and_to_what_is_apart(town: Town) -> None:
    town.see("user_id:a")
    town.see("user_id:b")
    correct(town, "join", "user_id:a", "user_id:b")
    assert (outcome(town).state, outcome(town).reason) == ("refused", "limit:user_id")
    town.see("phone:p")
    correct(town, "part", "user_id:a", "phone:p")
    assert outcome(town).state == "done"
    correct(town, "join", "user_id:a", "phone:p")
    assert outcome(town).reason == "apart"
    assert town.see("user_id:a", "phone:p") == 1
    assert town.who("user_id:a", "phone:p") == [1, 3]
    correct(town, "join", "user_id:a", "phone:never")
    assert outcome(town).reason == "one of the identifiers was never seen"
    assert len(town.told(1, "refuse")) == 4


def test_part_separates_two_of_one_member_where_evidence_is_weakest(town: Town) -> None:
    town.see("member_card:1", "phone:p")
    town.see("member_card:2", "email:e")
    correct(town, "join", "phone:p", "email:e", confidence=0.9, kind="probabilistic")
    assert set(town.who("member_card:1", "member_card:2")) == {1}
    batch = correct(town, "part", "member_card:1", "member_card:2")
    assert town.who("member_card:1", "phone:p", "member_card:2", "email:e") == [1, 1, 2, 2]
    assert [split.member for split in batch.splits] == [1]
    correct(town, "undo", seq=seq_of(town, 1, "part"))
    assert set(town.who("member_card:1", "phone:p", "member_card:2", "email:e")) == {1}


def test_shared_value_is_given_up_with_all_it_had_joined(town: Town) -> None:
    town.see("member_card:1", "phone:p")
    town.see("wechat_openid:o", "phone:p")
    town.see("member_card:1", "email:e")
    batch = correct(town, "share", "phone:p")
    assert batch.splits == [Split(4, 1, (
        (1, keys(town, "member_card:1", "email:e")), (2, keys(town, "wechat_openid:o"))))]
    assert town.who("member_card:1", "email:e", "wechat_openid:o", "phone:p") == [1, 1, 2, None]
    assert town.see("member_card:1", "phone:p") == 1
    correct(town, "undo", seq=seq_of(town, 1, "share"))
    assert town.who("member_card:1", "email:e", "wechat_openid:o", "phone:p") == [1, 1, 1, 1]


def test_unshared_value_may_be_linked_again(town: Town) -> None:
    town.see("member_card:1", "phone:p")
    correct(town, "share", "phone:p")
    correct(town, "unshare", "phone:p")
    assert town.who("phone:p") == [None]
    assert town.see("member_card:2", "phone:p") == 2
    assert town.who("phone:p") == [2]
    correct(town, "undo", seq=seq_of(town, 1, "share"))
    assert outcome(town).reason == f"decision {seq_of(town, 2, 'attach')} stands on it; take that back first"
    correct(town, "unshare", "phone:p")
    assert outcome(town).reason == "it is not shared"


@pytest.mark.parametrize(("action", "value", "reason"), [
    ("unmerge", "member_card:1", "it is the only identifier of its member"),
    ("unmerge", "phone:never", "this identifier was never seen"),
    ("share", "phone:never", "this identifier was never seen"), ("unshare", "member_card:1", "it is not shared"),
])
def test_refused_actions_say_why(town: Town, action: str, value: str, reason: str) -> None:
    town.see("member_card:1")
    correct(town, action, value)
    assert (outcome(town).state, outcome(town).reason) == ("refused", reason)


def test_events_before_and_after_a_correction_in_one_batch_know_their_member(town: Town) -> None:
    chain(town)
    batch = town.step([
        town.event("wechat_openid:o"), town.event("member_card:1"), corrected(town, "unmerge", "phone:p"),
        town.event("wechat_openid:o"), town.event("phone:new", "wechat_openid:o"),
    ])
    assert batch.members == [2, 1, None, 2, 2]
    assert [split.offset for split in batch.splits] == [5]


def test_correction_is_carried_out_once(town: Town) -> None:
    chain(town)
    event = corrected(town, "unmerge", "phone:p")
    town.step([event])
    again = town.step([event])
    assert (again.members, again.splits) == ([None], [])
    assert len(town.told(1, "unmerge")) == 1


def test_unmerge_of_the_founding_identifier_leaves_the_number_to_the_rest(town: Town) -> None:
    town.see("phone:p")
    town.see("phone:p", "member_card:1")
    town.see("phone:p", "email:e")
    town.see("member_card:1", "email:e")
    correct(town, "unmerge", "phone:p")
    assert town.who("member_card:1", "email:e", "phone:p") == [1, 1, 2]
    town.see("phone:p", "email:z")
    assert town.who("email:z") == [2]


def test_asking_goes_through_the_log(town: Town) -> None:
    name = ask(town.store, "unmerge", actor="user:ann", key=123, reason="moved")
    with town.store.state.read() as tx:
        assert correction(tx, name).state == "waiting"
    (entry,) = town.store.log.read(0, 10)
    event = decode_event(entry.body)
    assert (event.type, event.source, event.channel, event.id) == ("Identity Corrected", "identity", "system", name)
    assert event.properties == {"action": "unmerge", "actor": "user:ann", "reason": "moved", "key": "123"}
    other = ask(town.store, "unmerge", actor="user:ann", key=123, reason="moved")
    assert other != name, "said again it is another one"
    same = correct_all(town.store, [{"action": "join", "actor": "linker:1", "id": "l1", "keys": ["1", "2"]}] * 2)
    assert same == ["l1", "l1"]
    assert town.store.log.end() == 3


@pytest.mark.parametrize(("said", "field"), [
    ({"action": "melt"}, "action"), ({"action": "unmerge"}, "key"), ({"action": "unmerge", "key": "x"}, "key"),
    ({"action": "split", "groups": [["1"]]}, "groups"), ({"action": "split", "groups": "1"}, "groups"),
    ({"action": "join", "keys": ["1", "1"]}, "keys"), ({"action": "join", "keys": ["1"]}, "keys"),
    ({"action": "join", "keys": ["1", "2"], "confidence": 2}, "confidence"), ({"action": "undo", "seq": 0}, "seq"),
    ({"action": "join", "keys": ["1", "2"], "kind": "guess"}, "kind"), ({"action": "reset"}, "ns"),
])
def test_what_cannot_be_carried_out_at_all_is_refused_at_once(
    town: Town, said: dict[str, object], field: str
) -> None:
    with pytest.raises(Rejected) as caught:
        correct_all(town.store, [{"actor": "user:ann", **said}])
    assert caught.value.field == field
    assert town.store.log.end() == 0


@pytest.mark.parametrize(("said", "reason"), [
    ({"action": "melt"}, "there is no action 'melt'"), ({"action": "unmerge"}, "it does not name an identifier"),
    ({"action": "part", "keys": ["1"]}, "it does not name two identifiers"),
    ({"action": "part", "keys": 7}, "it does not name two identifiers"),
    ({"action": "join", "keys": ["x", "y"]}, "it does not name two identifiers"),
    ({"action": "split", "groups": "x"}, "it does not name two groups of identifiers"),
    ({"action": "undo", "seq": "first"}, "there is no decision 0"), ({"action": "reset"}, "nothing is not stopped"),
])
def test_a_malformed_correction_in_the_log_stops_nothing(
    town: Town, said: dict[str, object], reason: str
) -> None:
    event = corrected(town, "unmerge")
    event.properties.clear()
    event.properties.update(said)
    town.step([event])
    assert outcome(town).reason == reason


def test_a_thousand_joins_are_one_batch(town: Town) -> None:
    town = Town(town.store, town.vault, namespaces={"phone": {"limit": 5_000, "window": ""}})
    town.run([town.event(f"phone:{n}", time=START) for n in range(1_000)])
    joins = [corrected(town, "join", f"phone:{n}", f"phone:{n - 1}", kind="probabilistic") for n in range(999, 0, -1)]
    batch = town.step(joins)
    assert len(batch.merges) == 999
    assert set(town.who(*(f"phone:{n}" for n in range(1_000)))) == {1}
