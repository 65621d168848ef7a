"""The vault: keys, seals, signatures and where the secret lies."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from datong.config import Settings
from datong.errors import ConfigError, Conflict
from datong.privacy import Vault, next_line, open_vault

SECRET = bytes(range(32))


def test_keys_are_stable_63_bit_and_depend_on_namespace_value_and_secret() -> None:
    vault = Vault(SECRET)
    assert vault.key("phone", "+8613912345678") == Vault(SECRET).key("phone", "+8613912345678")
    others = {
        vault.key("phone", "+8613912345678"), vault.key("phone", "+8613912345679"),
        vault.key("email", "+8613912345678"), Vault(b"x" * 32).key("phone", "+8613912345678"),
    }
    assert len(others) == 4
    assert all(0 < key < 2**63 for key in others)


def test_key_does_not_confuse_where_namespace_ends() -> None:
    vault = Vault(SECRET)
    assert vault.key("a", "bc") != vault.key("ab", "c")


def test_seal_round_trip_hides_the_text_and_differs_each_time() -> None:
    vault = Vault(SECRET)
    first, second = vault.seal("王小明"), vault.seal("王小明")
    assert first != second
    assert "王小明".encode() not in first
    assert first[:1] == b"\x01"
    assert vault.unseal(first) == vault.unseal(second) == "王小明"


@pytest.mark.parametrize("spoil", [b"", b"\x01", b"\x02" + b"0" * 40, b"\x01" + b"0" * 40])
def test_unseal_refuses_what_it_did_not_seal(spoil: bytes) -> None:
    with pytest.raises(ConfigError) as caught:
        Vault(SECRET).unseal(spoil)
    assert caught.value.code == "wrong_key"


def test_unseal_refuses_another_installations_seal_and_a_changed_one() -> None:
    sealed = Vault(SECRET).seal("secret")
    with pytest.raises(ConfigError):
        Vault(b"y" * 32).unseal(sealed)
    with pytest.raises(ConfigError):
        Vault(SECRET).unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_sign_is_keyed_and_has_the_size_asked_for() -> None:
    vault = Vault(SECRET)
    assert vault.sign(b"coupon") == Vault(SECRET).sign(b"coupon")
    assert vault.sign(b"coupon") != Vault(b"y" * 32).sign(b"coupon")
    assert len(vault.sign(b"coupon")) == 10
    assert len(vault.sign(b"coupon", 4)) == 4


def test_short_secret_is_refused_and_repr_tells_nothing() -> None:
    with pytest.raises(ConfigError) as caught:
        Vault(b"short")
    assert caught.value.code == "secret_weak"
    assert repr(Vault(SECRET)) == "Vault(…)"


def test_create_writes_a_private_file_once(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    Vault.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = path.read_text()
    assert len(bytes.fromhex(first.strip())) == 32
    with pytest.raises(Conflict):
        Vault.create(path)
    assert path.read_text() == first


def test_open_vault_reads_the_created_key_and_says_when_it_is_missing(tmp_path: Path) -> None:
    settings = Settings(root=str(tmp_path))
    with pytest.raises(ConfigError) as caught:
        open_vault(settings)
    assert caught.value.code == "secret_missing"
    Vault.create(tmp_path / "secret.key")
    raw = bytes.fromhex((tmp_path / "secret.key").read_text().strip())
    assert open_vault(settings).key("phone", "1") == Vault(raw).key("phone", "1")


def test_a_later_key_seals_and_an_earlier_one_still_opens() -> None:
    old, new = Vault(SECRET), Vault(SECRET, {2: b"n" * 32})
    sealed = old.seal("王小明")
    assert new.unseal(sealed) == "王小明"
    assert new.seal("x")[:1] == b"\x02"
    again = new.renewed(sealed)
    assert again is not None
    assert again[:1] == b"\x02"
    assert new.unseal(again) == "王小明"
    assert new.renewed(again) is None
    assert new.renewed(b"\x01 what is no seal of ours, although it begins like one") is None
    assert new.key("phone", "1") == old.key("phone", "1")
    assert new.sign(b"x") == old.sign(b"x")
    with pytest.raises(ConfigError):
        old.unseal(again)


def test_the_key_file_may_hold_later_sealing_keys(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text(f"{SECRET.hex()}\n3 {'ab' * 32}\n")
    vault = open_vault(Settings(root=str(tmp_path)))
    assert (vault.sealing, vault.seal("x")[:1]) == (3, b"\x03")
    assert next_line(Settings(root=str(tmp_path))).startswith("4 ")
    for line in ("three ab", "3 xyz", "300 " + "ab" * 32, "3 ab"):
        (tmp_path / "secret.key").write_text(f"{SECRET.hex()}\n{line}\n")
        with pytest.raises(ConfigError) as found:
            open_vault(Settings(root=str(tmp_path)))
        assert found.value.code == "secret_weak"
