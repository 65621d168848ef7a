"""Cleaning: what a file says becomes one form, the same for a column and for one record."""

from __future__ import annotations

import pyarrow as pa
import pytest

from datong.identity.linker import FIELDS, parse_columns
from datong.identity.linker.clean import clean_column, clean_record, clean_table, clean_value, habits

VALUES = [
    ("given_name", "Bob", "bob", "BAB", "robert", "bob"),
    ("given_name", "  JOSÉ-María ", "jose maria", "JAS", "jose", "jose maria"),
    ("given_name", "小明", "小明", "xiaoming", "小明.", None),
    ("given_name", "Xiao-Ming", "xiao ming", "xiaoming", "xiaoming.", "xiao ming"),
    ("given_name", "Dan", "dan", "DAN", "daniel", "dan"),
    ("given_name", "N/A", None, None, None, None),
    ("given_name", "xxx", None, None, None, None),
    ("surname", "O'Brien Jr.", "obrien", "OBRAN"),
    ("surname", "張", "张", "zhang"),
    ("surname", "Cheung", "cheung", "zhang"),
    ("surname", "曾", "曾", "zeng"),
    ("surname", "王先生", "王", "wang"),
    ("surname", "Smyth", "smyth", "SNAT"),
    ("surname", "无", None, None),
    ("full_name", "歐陽娜娜", "欧阳娜娜", "娜 欧 阳", "ouyangnana", None),
    ("full_name", "Wang Jie", "wang jie", "jie wang", "wangjie", "wang jie"),
    ("full_name", "Jie WANG", "jie wang", "jie wang", "wangjie", "jie wang"),
    ("full_name", "Dr. John Smith Jr.", "john smith", "john smith", "JAN SNAT", "john smith"),
    ("full_name", "test", None, None, None, None),
    ("date_of_birth", "1978-12-11", "1978-12-11"),
    ("date_of_birth", "1978-12-11 00:00:00", "1978-12-11"),
    ("date_of_birth", "  1978-12-11 ", "1978-12-11"),
    ("date_of_birth", " 19781211\t", "1978-12-11"),
    ("date_of_birth", "19640712", "1964-07-12"),
    ("date_of_birth", "3/31/1954", "1954-03-31"),
    ("date_of_birth", "4/3/70", "1970-03-04"),
    ("date_of_birth", "24-May-11", "2011-05-24"),
    ("date_of_birth", "Mar 1 1970", "1970-03-01"),
    ("date_of_birth", "1978年1月2日", "1978-01-02"),
    ("date_of_birth", "二〇〇一年十月二十五日", "2001-10-25"),
    ("date_of_birth", "1987-02-31", "1987-02-31"),
    ("date_of_birth", "1900-01-01", None),
    ("date_of_birth", "0001-01-01", None),
    ("date_of_birth", "1978", None),
    ("phone", "+86 138-1234-5678", "8613812345678"),
    ("phone", "13800138000", None),
    ("phone", "00000000", None),
    ("phone", "321-3212", "3213212"),
    ("email", "Maria Sentosa<ms.entosa+x@GoogleMail.com>", "msentosa@gmail.com", "msentosa"),
    ("email", "a.b+shop@firm.de", "a.b@firm.de", "ab"),
    ("email", "robert255smith.net", "robert255smith.net", None),
    ("email", "test@test.com", None, None),
    ("address", "123 E Main St, Apt 4", "123 east main street apartment 4", "123 4 apartment east main street", "123"),
    ("address", "世紀大道100號", "世纪大道 100 号", "100 世纪 号 大道 纪大", "100"),
    ("address", "N/A", None, None, None),
    ("postcode", "92723-0000", "92723"),
    ("postcode", "TA4 2UG", "ta42ug"),
    ("postcode", "00000", None),
    ("region", "Ohio", "oh"),
    ("region", "广东省", "广东"),
    ("national_id", "294-66-9999", "294669999"),
    ("card", "123456789", None),
    ("gender", "女", "f"),
    ("company", "Acme Co., Ltd.", "acme", "acme"),
    ("company", "腾讯科技有限公司", "腾讯科技", "科技 腾讯 讯科"),
    ("number", "$1,200.50", "1200.5"),
    ("street_number", "012 A", "12a"),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda v: f"{v[0]}-{v[1]}")
def test_a_value_has_one_form(value: tuple[str | None, ...]) -> None:
    """Case, accents, width, punctuation, titles and placeholders are gone; the sound is the same for both scripts."""
    kind, text, *fields = value
    assert list(clean_value(str(kind), text).values()) == fields


@pytest.mark.parametrize("kind", FIELDS)
def test_column_and_record_agree(kind: str) -> None:
    """A column gives the fields that each of its values gives alone; nothing stays nothing."""
    texts = [str(value[1]) for value in VALUES] + [None, "", " ", "0", "-"]
    column = clean_column(kind, pa.chunked_array([pa.array(texts[:9]), pa.array(texts[9:])]))
    rows = [dict(zip(column, row, strict=True)) for row in zip(*(c.to_pylist() for c in column.values()), strict=True)]
    assert rows == [clean_value(kind, text) for text in texts]
    assert list(column) == list(FIELDS[kind])
    assert rows[-5:-3] == [dict.fromkeys(FIELDS[kind])] * 2


def test_a_column_shows_its_habits() -> None:
    """Day and month and the country of numbers are learnt from the table, and used for one record of it."""
    table = pa.table({
        "born": ["3/31/1954", "12/25/1960", "3/4/1990"], "mobile": ["702-919-1300", "(702) 919 1301", "1 702 919 1302"],
        "n": [2000.0, None, 12.5],
    })
    columns = parse_columns({"born": "dob", "mobile": "phone", "n": "postcode"})
    known = habits(table, columns)
    assert known == {"born": "mdy", "mobile": "US"}
    cleaned = clean_table(table, columns)
    assert cleaned.to_pydict() == {
        "dob": ["1954-03-31", "1960-12-25", "1990-03-04"], "phone": ["17029191300", "17029191301", "17029191302"],
        "postcode": ["2000", None, "125"],
    }
    assert clean_record({"born": "3/4/1990", "mobile": "+1 702-919-1300", "n": 2000.0}, columns, known) == {
        "dob": "1990-03-04", "phone": "17029191300", "postcode": "2000",
    }


def test_the_second_column_of_a_kind_has_fields_of_its_own() -> None:
    """Two phones of one record are two fields."""
    columns = parse_columns({"a": "phone", "b": "phone"})
    cleaned = clean_record({"a": "13912345678", "b": "13912345679"}, columns, {"a": "CN", "b": "CN"})
    assert cleaned == {"phone": "8613912345678", "phone_2": "8613912345679",
                       "phone_all_tokens": "8613912345678 8613912345679"}
    table = pa.table({"a": ["13912345678", None, None], "b": [None, "13912345679", None]})
    assert clean_table(table, columns)["phone_all_tokens"].to_pylist() == ["8613912345678", "8613912345679", None]


def test_a_whole_name_is_taken_apart_where_a_record_has_nothing_else() -> None:
    columns = parse_columns({"name": "full_name", "first": "given_name", "last": "surname"})
    rows: list[dict[str, object]] = [
        {"name": "Smith, John", "first": None, "last": None}, {"name": "王建国", "first": None, "last": None},
        {"name": "John Smith", "first": "Jon", "last": None}, {"name": None, "first": None, "last": None},
    ]
    cleaned = clean_table(pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in rows[0]])), columns)
    assert cleaned["given"].to_pylist() == ["john", "建国", "jon", None]
    assert cleaned["surname"].to_pylist() == ["smith", "王", None, None]
    assert cleaned.to_pylist() == [clean_record(row, columns) for row in rows]
