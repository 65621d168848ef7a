"""Person records with known truth: what a retailer's tills, forms and apps know about the same people.

Deterministic for a seed. Two thirds of the people have Chinese names, one third Latin ones, each drawn with the skew of
real names. People live in households that share the address, often the surname and sometimes the telephone; there are
twins, moves, new numbers, recycled numbers, married names, placeholders, misspellings, swapped names, nicknames and
romanised Chinese names. A person has 1 to 6 records.

    python benchmarks/persons.py [--records 1000000] [--seed 7] [--out persons.parquet]
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from persons_names import (
    CHINESE_SURNAMES,
    CITIES,
    FAR_CITIES,
    FEMALE,
    GIVEN_SIGNS,
    MALE,
    NEAR_STREETS,
    NICKNAMES,
    STREETS,
    surnames,
)

__all__ = ["COLUMNS", "persons"]

COLUMNS = {
    "given_name": "given_name", "surname": "surname", "birth_date": "date_of_birth", "gender": "gender",
    "phone": "phone", "email": "email", "address": "address", "postcode": "postcode", "city": "city",
    "person": "ignore", "household": "ignore",
}
"""The kind of each column; `person` and `household` are the truth."""

Ints = npt.NDArray[np.int64]
_COPIES = (0.45, 0.25, 0.14, 0.08, 0.05, 0.03)
_TYPO, _SWAP, _NICK, _ROMAN = 0.03, 0.01, 0.08, 0.10
_SEED = 7


def persons(records: int, seed: int = _SEED) -> Any:
    """Return an Arrow table of `records` rows in random order, with the columns of COLUMNS."""
    dice = np.random.default_rng(seed)
    count = max(2, int(records / 2.05))
    people = _people(dice, count)
    copies = dice.choice(np.arange(1, 7), count, p=_COPIES)
    while (short := records - int(copies.sum())) > 0:
        low = np.flatnonzero(copies < 6)[:short]
        copies[low] += 1
    who = np.repeat(np.arange(count), copies)
    nth = np.arange(len(who)) - np.repeat(np.cumsum(copies) - copies, copies)
    table = _records(dice, people, who, nth)
    return table.take(pa.array(dice.permutation(len(who))[:records]))


def _zipf(dice: np.random.Generator, kinds: int, size: int, skew: float = 1.0) -> Ints:
    """Return numbers below `kinds`, low ones more often (Zipf's law)."""
    weights = 1 / np.arange(1, kinds + 1) ** skew
    return np.searchsorted(np.cumsum(weights / weights.sum()), dice.random(size)).astype(np.int64).clip(0, kinds - 1)


def _people(dice: np.random.Generator, count: int) -> dict[str, Any]:
    """Return the truth about each person as columns of numbers: names, birthday, home, telephone, mailbox."""
    home = np.sort(dice.integers(0, max(1, int(count / 2.4)), count))
    homes = int(home.max()) + 1
    han = (dice.random(homes) < 0.66)[home]
    names, han_names = len(surnames()), len(CHINESE_SURNAMES)
    of_home = np.where(han, _by_weight(dice, CHINESE_SURNAMES, homes)[home], _zipf(dice, names, homes, 0.85)[home])
    own = np.where(han, _by_weight(dice, CHINESE_SURNAMES, count), _zipf(dice, names, count, 0.85))
    surname = np.where(dice.random(count) < np.where(han, 0.65, 0.85), of_home, own)
    female = dice.random(count) < 0.52
    given = np.where(han, _chinese_given(dice, count, female), _zipf(dice, len(MALE), count, 0.7))
    born = dice.integers(-14_600, 16_000, count)  # days since 1970: from 1930 to 2013
    twin = np.flatnonzero((dice.random(count - 1) < 0.01) & (home[1:] == home[:-1])) + 1
    born[twin] = born[twin - 1]
    surname[twin] = surname[twin - 1]
    given[twin] = np.where(han[twin], given[twin - 1] // 1000 * 1000 + dice.integers(0, len(GIVEN_SIGNS), len(twin)),
                           given[twin])
    shared = dice.random(count) < 0.08  # the household's one number
    phone = np.where(shared, homes + home, dice.integers(0, 10**8, count))
    recycled = np.flatnonzero(dice.random(count) < 0.01)
    new_phone = dice.integers(0, 10**8, count)
    new_phone[recycled] = phone[dice.integers(0, count, len(recycled))]
    return {
        "home": home, "han": han, "surname": surname, "female": female, "given": given, "born": born, "phone": phone,
        "new_phone": np.where(dice.random(count) < 0.2, new_phone, phone), "mail": dice.integers(0, 10**6, count),
        "mail_style": dice.integers(0, 5, count), "homes": homes,
        "married": np.where(~han & female & (dice.random(count) < 0.1), _zipf(dice, names, count, 0.85), surname),
        "new_home": np.where(dice.random(count) < 0.15, dice.integers(0, 3 * homes, count), home),
        "place": np.where(han, _zipf(dice, len(CITIES), homes)[home], _zipf(dice, len(FAR_CITIES), homes)[home]),
        "han_names": han_names,
    }


def _by_weight(dice: np.random.Generator, weights: dict[str, float], size: int) -> Ints:
    shares = np.array(list(weights.values()))
    found = np.searchsorted(np.cumsum(shares / shares.sum()), dice.random(size))
    return found.astype(np.int64).clip(0, len(shares) - 1)


def _chinese_given(dice: np.random.Generator, count: int, female: npt.NDArray[np.bool_]) -> Ints:
    """Return a given name of one sign (below 1000) or two, as first sign × 1000 + second sign + 1000."""
    half = len(GIVEN_SIGNS) // 2
    first, second = _zipf(dice, half, count, 0.6), _zipf(dice, half, count, 0.6)
    first, second = np.where(female, first + half, first), np.where(female, second + half, second)
    return np.where(dice.random(count) < 0.15, first, (first + 1) * 1000 + second)


def _records(dice: np.random.Generator, people: dict[str, Any], who: Ints, nth: Ints) -> Any:
    """Return the records of the people: each written somewhere, some years apart, with what goes wrong in writing."""
    size, late = len(who), dice.random(len(who)) < np.minimum(nth, 3) / 3
    han, given, born = people["han"][who], people["given"][who], people["born"][who]
    surname = np.where(late, people["married"][who], people["surname"][who])
    roman = han & (dice.random(size) < _ROMAN)
    names = _Names()
    first, last = names.given(given, han, roman, people["female"][who]), names.surname(surname, han, roman)
    short = pa.array(~han & (dice.random(size) < _NICK))
    nicked = pc.index_in(first, value_set=pa.array(list(NICKNAMES)))
    first = pc.if_else(pc.and_(short, pc.is_valid(nicked)),
                       pa.array(list(NICKNAMES.values())).take(pc.fill_null(nicked, 0)), first)
    phone = np.where(late, people["new_phone"][who], people["phone"][who])
    home = np.where(late, people["new_home"][who], people["home"][who])
    columns = {
        "given_name": _misspelt(dice, first, han & ~roman), "surname": _misspelt(dice, last, han & ~roman),
        "birth_date": _dates(dice, born), "gender": pa.array(np.where(people["female"][who], "F", "M")),
        "phone": _phones(dice, phone, han),
        "email": _mails(people, who, names, dice), "address": _misspelt(dice, _addresses(dice, home, han), han),
        "postcode": _text(np.where(han, 100_000, 10_000) + people["place"][who] * 137 + home % 97),
        "city": pc.if_else(pa.array(han), pa.array(CITIES).take(pa.array(people["place"][who] % len(CITIES))),
                           pa.array(FAR_CITIES).take(pa.array(people["place"][who] % len(FAR_CITIES)))),
    }
    swap = pa.array(dice.random(size) < _SWAP)
    columns["given_name"], columns["surname"] = (
        pc.if_else(swap, columns["surname"], columns["given_name"]),
        pc.if_else(swap, columns["given_name"], columns["surname"]),
    )
    for name, gap in {"birth_date": 0.25, "gender": 0.2, "phone": 0.12, "email": 0.4, "address": 0.3,
                      "postcode": 0.35, "city": 0.2, "given_name": 0.01, "surname": 0.005}.items():
        columns[name] = pc.if_else(pa.array(dice.random(size) < gap), pa.scalar(None, pa.string()), columns[name])
    for name, junk, share in (("phone", "13800138000", 0.01), ("phone", "00000000000", 0.005), ("email", "无", 0.005),
                              ("email", "test@test.com", 0.005), ("birth_date", "1900-01-01", 0.02),
                              ("address", "N/A", 0.01), ("given_name", "test", 0.002), ("postcode", "000000", 0.01)):
        columns[name] = pc.if_else(pa.array(dice.random(size) < share), junk, columns[name])
    return pa.table({**columns, "person": pa.array(who), "household": pa.array(people["home"][who])})


class _Names:
    """The written names of the numbers."""

    def __init__(self) -> None:
        from pypinyin import lazy_pinyin

        self.han_signs = pa.array(GIVEN_SIGNS)
        self.sounds = pa.array(["".join(lazy_pinyin(sign)) for sign in GIVEN_SIGNS])
        self.han_surnames = pa.array(list(CHINESE_SURNAMES))
        self.surname_sounds = pa.array(["".join(lazy_pinyin(name)).capitalize() for name in CHINESE_SURNAMES])
        self.latin = pa.array(surnames())

    def surname(self, number: Ints, han: Any, roman: Any) -> Any:
        """Return surnames: Latin ones, Chinese ones, or these in pinyin."""
        at = pa.array(number % len(self.han_surnames))
        chinese = pc.if_else(pa.array(roman), self.surname_sounds.take(at), self.han_surnames.take(at))
        return pc.if_else(pa.array(han), chinese, self.latin.take(pa.array(number % len(self.latin))))

    def given(self, number: Ints, han: Any, roman: Any, female: Any) -> Any:
        """Return given names."""
        one, signs = number < 1000, len(self.han_signs)
        first = pa.array(np.where(one, number, number // 1000 - 1) % signs)
        second = pa.array(number % 1000 % signs)
        def written(of: Any) -> Any:
            return pc.binary_join_element_wise(of.take(first), pc.if_else(pa.array(one), "", of.take(second)), "")
        chinese = pc.if_else(pa.array(roman), pc.ascii_capitalize(written(self.sounds)), written(self.han_signs))
        women, men = pa.array(FEMALE), pa.array(MALE)
        latin = pc.if_else(pa.array(female), women.take(pa.array(number % len(women))),
                           men.take(pa.array(number % len(men))))
        return pc.if_else(pa.array(han), chinese, latin)


def _text(numbers: Ints, width: int = 0) -> Any:
    written = pc.cast(pa.array(numbers), pa.string())
    return pc.utf8_lpad(written, width=width, padding="0") if width else written


def _dates(dice: np.random.Generator, born: Ints) -> Any:
    """Return birthdays, some with day and month swapped or a day, a month, a decade beside."""
    size = len(born)
    days = born.astype("datetime64[D]")
    dice_of = dice.random(size)
    days = np.where(dice_of < 0.01, days + dice.integers(-9, 10, size), days)
    days = np.where((dice_of >= 0.01) & (dice_of < 0.015), days + 3652, days)
    months = days.astype("datetime64[M]")
    year, month = months.astype("datetime64[Y]").astype(int) + 1970, months.astype(int) % 12 + 1
    day = (days - months).astype(int) + 1
    swapped = (dice_of >= 0.015) & (dice_of < 0.03) & (day <= 12)
    month, day = np.where(swapped, day, month), np.where(swapped, month, day)
    iso = pc.binary_join_element_wise(_text(year), _text(month, 2), _text(day, 2), "-")
    packed = pc.binary_join_element_wise(_text(year), _text(month, 2), _text(day, 2), "")
    return pc.if_else(pa.array(dice.random(size) < 0.2), packed, iso)


def _phones(dice: np.random.Generator, phone: Ints, han: Any) -> Any:
    """Return Chinese mobile and North American numbers, written in several ways, some with a wrong digit."""
    wrong = dice.random(len(phone)) < 0.01
    phone = np.where(wrong, phone + 10 ** dice.integers(0, 7, len(phone)), phone) % 10**8
    prefix = pa.array(["139", "138", "137", "136", "150", "186", "177", "188"]).take(pa.array(phone % 8))
    tail = _text(phone, 8)
    style = dice.random(len(phone))
    halves = pc.utf8_slice_codeunits(tail, 0, 4), pc.utf8_slice_codeunits(tail, 4)
    spaced = pc.binary_join_element_wise(prefix, *halves, " ")
    chinese = pc.if_else(pa.array(style < 0.2), spaced, pc.binary_join_element_wise(
        pc.if_else(pa.array(style > 0.8), "+86", ""), prefix, tail, ""))
    area = pa.array([f"{n}" for n in range(201, 990)]).take(pa.array(phone // 7 % 789))
    far = pc.binary_join_element_wise(
        pc.if_else(pa.array(style < 0.5), "+1 ", "+1-"), area,
        pc.if_else(pa.array(style < 0.5), " ", "-"), _text(phone % 8_000_000 + 2_000_000), "")
    return pc.if_else(pa.array(han), chinese, far)


def _mails(people: dict[str, Any], who: Ints, names: _Names, dice: np.random.Generator) -> Any:
    """Return mailboxes: QQ numbers, or a name with a number; now and then with a tag."""
    every, nobody = np.ones(len(who), bool), np.zeros(len(who), bool)
    han, female = people["han"][who], people["female"][who]
    given = pc.utf8_lower(names.given(people["given"][who], han, every, female))
    family = pc.utf8_lower(names.surname(people["surname"][who], han, every))
    number, style = people["mail"][who], people["mail_style"][who]
    user = pc.binary_join_element_wise(
        pc.if_else(pa.array(style < 2), pc.utf8_slice_codeunits(given, 0, 1), given),
        pc.if_else(pa.array(style == 4), ".", ""), family, _text(number % 10 ** (1 + style % 4)), "")
    user = pc.if_else(pa.array(han & (style < 3)), _text(number + 10**8 * (1 + number % 9)), user)
    tag = pc.if_else(pa.array(dice.random(len(who)) < 0.02), "+shop", "")
    domain = pa.array(["@gmail.com", "@yahoo.com", "@outlook.com", "@163.com", "@qq.com"]).take(pa.array(
        np.where(han & (style < 3), 4, np.where(han, 3, style % 3))))
    mail = pc.binary_join_element_wise(user, tag, domain, "")
    return _misspelt(dice, mail, nobody, 0.01)


def _addresses(dice: np.random.Generator, home: Ints, han: Any) -> Any:
    """Return addresses: some in short, some in long form."""
    size = len(home)
    mixed = (home * 2_654_435_761) % 2**32  # Knuth's multiplicative hash: neighbours in number live far apart
    number, flat = _text(mixed % 899 + 1), _text(mixed // 1000 % 30 * 100 + mixed // 7 % 6 + 101)
    long = pa.array(dice.random(size) < 0.5)
    near = pc.binary_join_element_wise(
        pa.array(NEAR_STREETS).take(pa.array(mixed // 900 % len(NEAR_STREETS))), pc.if_else(long, "路", "路"),
        number, "号", pc.binary_join_element_wise(_text(mixed // 3 % 12 + 1), pc.if_else(long, "号楼", "幢"), ""),
        flat, pc.if_else(long, "室", ""), "")
    kind = mixed // 11 % 3
    full = pa.array(["Street", "Avenue", "Road"]).take(pa.array(kind))
    brief = pa.array(["St", "Ave.", "Rd"]).take(pa.array(kind))
    apart = pc.if_else(pa.array(mixed % 3 == 0), pc.binary_join_element_wise(
        pc.if_else(long, ", Apartment ", " Apt "), flat, ""), "")
    far = pc.binary_join_element_wise(
        number, " ", pa.array(STREETS).take(pa.array(mixed // 900 % len(STREETS))), " ",
        pc.if_else(long, full, brief), apart, "")
    return pc.if_else(pa.array(han), near, far)


def _misspelt(dice: np.random.Generator, column: Any, han: Any, share: float = _TYPO) -> Any:
    """Return the column with some values misspelt: a letter lost, doubled, changed or swapped with the next."""
    rate = np.where(han, share / 6, share)
    at = np.flatnonzero(dice.random(len(column)) < rate)
    if not len(at):
        return column
    places, kinds, letters = dice.random(len(at)), dice.integers(0, 4, len(at)), dice.integers(97, 123, len(at))
    made = [_slip(text, place, kind, chr(letter)) for text, place, kind, letter in zip(
        column.take(pa.array(at)).to_pylist(), places, kinds, letters, strict=True)]
    mask = np.zeros(len(column), bool)
    mask[at] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(made, pa.string()))


def _slip(text: str, place: float, kind: int, letter: str) -> str:
    at = int(place * len(text))
    if len(text) < 3:
        return text
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + letter + text[at + 1 :]
    return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]


def main() -> None:
    """Make the records, tell how long it took and how they look, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--out", default="")
    arguments = parser.parse_args()
    began = time.process_time()
    table = persons(arguments.records, arguments.seed)
    spent = time.process_time() - began
    if arguments.out:
        pq.write_table(table, arguments.out)
    for row in table.slice(0, 12).to_pylist():
        print(*row.values(), sep=" | ")
    pairs = sum(n * (n - 1) // 2 for n in pc.value_counts(table.column("person")).field("counts").to_pylist())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(table):,} records of {pc.count_distinct(table.column('person')).as_py():,} persons, {pairs:,} true "
          f"pairs, {spent:.1f} CPU seconds, {peak} MB at most")


if __name__ == "__main__":
    main()
