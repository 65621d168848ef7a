"""Newcomers on each engine: compared at once with all others by the published model, behind the spine."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.contract.test_linking_state import Shop

from datong.flow import Flow
from datong.identity import Changes, Identity, correct, history
from datong.identity.linker.tables import BLOCK, RECORD
from datong.identity.linking import Newcomers, publish, review_queue, start_run, vote
from datong.identity.linking.tables import REVIEW
from datong.identity.tables import EVENT, EVIDENCE, MEMBER
from datong.model import Event, Identifier
from datong.privacy import Vault
from datong.storage import Store, event_record, set_cursor

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def shop(state_store: Store, vault: Vault) -> Shop:
    """A shop whose members were linked once."""
    opened = Shop(state_store, vault)
    publish(opened.store, start_run(opened.store, vault, actor="user:admin", wait=True), actor="user:admin")
    opened.drain()
    return opened


def settle(shop: Shop, newcomers: Newcomers) -> int:
    """Let both work until neither has anything to do; return how many steps the newcomers took."""
    steps = 0
    while newcomers.advance():
        steps += 1
        shop.drain()
        assert steps < 50
    return steps


def indexed(shop: Shop) -> set[int]:
    """Return the members in the index."""
    with shop.store.state.read() as tx:
        return set(tx.execute(sa.select(RECORD.c.member)).scalars())


def live(shop: Shop) -> set[int]:
    """Return the live members."""
    with shop.store.state.read() as tx:
        return set(tx.execute(sa.select(MEMBER.c.id).where(MEMBER.c.merged_into.is_(None))).scalars())


def test_nothing_happens_before_a_run_is_published(state_store: Store, vault: Vault) -> None:
    """Off by default: no index, no join."""
    shop = Shop(state_store, vault)
    start_run(shop.store, vault, actor="user:admin", wait=True)
    assert Newcomers(shop.store, vault).advance() == 0
    assert indexed(shop) == set()


def test_a_newcomer_is_joined_through_the_log(shop: Shop) -> None:
    """The same people told anew become the members they were, by evidence that names the model; nobody else does."""
    newcomers = Newcomers(shop.store, shop.vault)
    assert settle(shop, newcomers) >= 4
    assert indexed(shop) == live(shop)
    for number in range(100, 130):
        shop.tell("web", f"E{number}", shop._again(shop.people[number]))
    shop.drain()
    end = shop.store.log.end()
    settle(shop, newcomers)
    joined = [n for n in range(100, 130) if len(set(shop.members(f"C{n}", f"E{n}"))) == 1]
    assert len(joined) >= 27
    assert len(set(shop.members(*(f"C{n}" for n in range(300))))) == 300
    assert indexed(shop) == live(shop)
    with shop.store.state.read() as tx:
        last = history(tx, shop.members(f"C{joined[0]}")[0])[-1]
        assert last.kind == "join"
        assert tx.execute(sa.select(EVENT.c.actor).where(EVENT.c.seq == last.seq)).scalar() == "linker:1"
        found = tx.execute(sa.select(EVIDENCE.c.kind, EVIDENCE.c.model, EVIDENCE.c.confidence)
                           .where(EVIDENCE.c.seq == last.seq)).one()
    assert found[:2] == ("probabilistic", "linker-1")
    assert found[2] >= 0.99
    assert shop.store.log.end() >= end + len(joined)


def test_the_same_stretch_twice_is_once(shop: Shop) -> None:
    """A crash before the cursor is kept repeats the step; it adds no event and no question."""
    newcomers = Newcomers(shop.store, shop.vault)
    settle(shop, newcomers)
    start, _ = shop.flow.position, 0
    for number in range(100, 110):
        shop.tell("web", f"E{number}", shop._again(shop.people[number]))
    shop.drain()
    settle(shop, newcomers)
    end = shop.store.log.end()
    with shop.store.state.write() as tx:
        asked = tx.execute(sa.select(sa.func.count()).select_from(REVIEW)).scalar()
        blocks = tx.execute(sa.select(BLOCK).order_by(BLOCK.c.key)).all()
        set_cursor(tx, "identity.newcomers", start, 0)
    settle(shop, Newcomers(shop.store, shop.vault))
    with shop.store.state.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(REVIEW)).scalar() == asked
        assert tx.execute(sa.select(BLOCK).order_by(BLOCK.c.key)).all() == blocks
    assert shop.store.log.end() == end


def test_an_import_of_the_past_is_indexed_only(shop: Shop) -> None:
    """History joins nobody by itself, but whoever comes later finds it."""
    newcomers = Newcomers(shop.store, shop.vault)
    settle(shop, newcomers)
    key, person = shop.key("H170"), shop.people[170]
    shop.store.log.append([event_record(Event(
        id="old", source="import", channel="pos", type="Signed Up", time=1, received=shop.store.clock.now(), ident=key,
        identifiers=(Identifier("member_card", key, None),), history=True,
        personal={name: shop.vault.seal(value) for name, value in person.items()},
    ))])
    shop.drain()
    settle(shop, newcomers)
    assert len(set(shop.members("C170", "H170"))) == 2
    assert set(shop.members("H170")) <= indexed(shop)


def test_what_is_doubtful_is_asked(shop: Shop) -> None:
    """A namesake in the same street with a birthday one digit off is a question; the answer counts as any other."""
    newcomers = Newcomers(shop.store, shop.vault)
    settle(shop, newcomers)
    with shop.store.state.write() as tx:
        tx.execute(sa.delete(REVIEW))
    likely = shop.people[200]
    shop.tell("web", "F1", {"firstName": likely["firstName"], "lastName": likely["lastName"],
                            "birthday": likely["birthday"][:-1] + ("1" if likely["birthday"][-1] != "1" else "2"),
                            "phone": "+8613911112222"})
    shop.drain()
    settle(shop, newcomers)
    one, other = shop.members("C200", "F1")
    assert one != other
    with shop.store.state.read() as tx:
        queue = review_queue(tx, shop.vault)
        row = tx.execute(sa.select(REVIEW)).one()
    assert queue.open == 1
    assert queue.pair is not None
    assert 0.2 <= row.probability < 0.99
    voted = vote(shop.store, queue.pair.id, True, actor="user:admin")
    assert sum(part.weight for part in voted.parts) == pytest.approx(row.weight, abs=0.5)
    shop.drain()
    assert len(set(shop.members("C200", "F1"))) == 1
    settle(shop, newcomers)
    assert indexed(shop) == live(shop)


def test_who_was_parted_is_not_joined_again(shop: Shop) -> None:
    """A join that people undid, or two that are known to be two, stay apart."""
    newcomers = Newcomers(shop.store, shop.vault)
    settle(shop, newcomers)
    shop.tell("web", "E150", shop.people[150])
    shop.drain()
    correct(shop.store, "part", actor="user:admin", keys=[str(shop.key("C150")), str(shop.key("E150"))])
    shop.drain()
    settle(shop, newcomers)
    assert len(set(shop.members("C150", "E150"))) == 2
    with shop.store.state.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(REVIEW).where(REVIEW.c.state == "open")).scalar() == 0


def test_both_parts_of_a_split_are_found(shop: Shop) -> None:
    """After a member was split the index holds what is left and what became of the rest."""
    shop.flow = Flow(shop.store, (Identity(shop.store, shop.vault), Changes(shop.store)))
    newcomers = Newcomers(shop.store, shop.vault)
    settle(shop, newcomers)
    shop.tell("web", "E180", shop.people[180])
    shop.drain()
    settle(shop, newcomers)
    assert len(set(shop.members("C180", "E180"))) == 1
    groups = [[str(shop.key("C180"))], [str(shop.key("E180"))]]
    correct(shop.store, "split", actor="user:admin", groups=groups)
    shop.drain()
    settle(shop, newcomers)
    assert len(set(shop.members("C180", "E180"))) == 2
    assert indexed(shop) == live(shop)


def test_a_new_model_means_a_new_index(shop: Shop) -> None:
    """When a later run is published, the index is built anew by its model."""
    newcomers = Newcomers(shop.store, shop.vault)
    settle(shop, newcomers)
    publish(shop.store, start_run(shop.store, shop.vault, actor="user:admin", wait=True), actor="user:admin")
    shop.drain()
    assert settle(shop, newcomers) >= 4
    assert indexed(shop) == live(shop)
    shop.tell("web", "E160", shop.people[160])
    shop.drain()
    settle(shop, newcomers)
    assert len(set(shop.members("C160", "E160"))) == 1
