"""Names of people: clean writing, how they sound, nicknames, and which word is the surname."""

from __future__ import annotations

from datong.identity.linker.han import (
    given_pinyin,
    is_pinyin_given,
    pinyin,
    split_han,
    surname_pinyin,
    surname_rank,
    surname_sound,
)
from datong.identity.linker.phonetic import nysiis
from datong.identity.linker.text import empty, fold, has_han, tokens

__all__ = ["full_name", "given_name", "split_name", "surname"]

_BEFORE = """
mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend fr herr frau mme mlle monsieur madame captain
capt colonel col major maj lt lieutenant sgt hon sra srta senor senora
"""
_TITLES = frozenset(_BEFORE.split())
_BEHIND = """
jr sr ii iii iv esq phd md dds cpa junior senior
"""
_SUFFIXES = frozenset(_BEHIND.split())
_WHOLE = "."
_HONORIFICS = ("先生", "女士", "小姐", "太太", "同学", "老师", "阿姨", "经理", "医生")
_LONG_FORMS = """
abigail: abby abbie gail|albert: al bert bertie|alexander: alex alec sandy sasha xander|alexandra: alexa lexi
alfred: alf alfie|alice: allie alison|amanda: mandy|andrew: andy drew|angela: angie
ann: anne anna annie nan nancy|anthony: tony ant antony|arthur: art artie|barbara: barb babs barbie
beatrice: bea trixie|benjamin: ben benny benji|bernard: bernie|bradley: brad|caroline: carol carrie
catherine: cathy kathy kate katie katherine kathryn kathleen cath kitty catharine
charles: charlie chuck chas charley|charlotte: lottie|christian: chris|christine: christina chrissie tina
christopher: kit topher|clifford: cliff|cynthia: cindy|daniel: dan danny|david: dave davy|deborah: deb debbie debra
dominic: dom|donald: don donnie|dorothy: dot dottie dolly|douglas: doug|edward: ed eddie ned ted teddy edmund
edwin: edwyn|eleanor: ellie nell nellie nora elinor
elizabeth: liz lizzie beth betty eliza betsy bess elisabeth libby lisa|emily: em emmy|ernest: ernie|eugene: gene
florence: flo flossie|frances: fran fanny francie|francis: frank franky frankie|frederick: fred freddie freddy
gabriel: gabe|geoffrey: geoff jeff jeffrey|george: georgie|gerald: gerry|gregory: greg|harold: hal
henry: harry hank harri|herbert: herb|isabella: bella isabel izzy isabelle|jacob: jake|james: jim jimmy jamie
jane: jenny janie|jennifer: jen jennie|jessica: jess jessie|john: jack johnny jon johnnie|jonathan: nathan
joseph: joe joey jo|josephine: josie|joshua: josh|judith: judy|kenneth: ken kenny|kimberly: kim|kristina: kris
lawrence: larry laurie laurence|leonard: leo len lenny|leslie: les|louis: lou louie lewis luis|louisa: louise lulu
lucy: lucie|madeleine: maddie|magdalena: lena|margaret: maggie meg peggy greta madge marge margie|martha: mattie
martin: marty|mary: molly polly mae marie maria|matthew: matt|maurice: morris|michael: mike mick mickey micky
michelle: shelly|mohammed: mohamed muhammad mohammad muhammed|nathaniel: nat nate|nicholas: nick nicky nico nicolas
oliver: ollie|pamela: pam|patricia: trish patty tricia|patrick: paddy|peter: pete|philip: phil phillip|raymond: ray
rebecca: becky becca|reginald: reg reggie|richard: rich rick ricky dick richie
robert: bob rob bobby robbie bert robin|roderick: rod|roger: rodger|ronald: ron ronnie|rosemary: rosie|russell: russ
samantha: sammy|samuel: sam|sandra: sandie|sarah: sally sara sadie|sahra: |sebastian: seb|sidney: sid sydney
sophia: sophie sofia|stanley: stan|stephen: steve steven|susan: sue susie suzanne susanna susanne susannah
theodore: theo|theresa: tess teresa terri|thomas: tom tommy|timothy: tim|valerie: val|veronica: ronnie
victoria: vicky vicki tori|vincent: vince vinny|virginia: ginny|walter: walt wally|wilfred: wilf
william: will bill willie billy liam wm|winifred: winnie|zachary: zach zack
""".replace("\n", "|")
_LONG = {
    short: long.strip()
    for long, _, shorts in (entry.partition(":") for entry in reversed(_LONG_FORMS.split("|")) if ":" in entry)
    for short in shorts.split()
}
_WRITTEN = {"thos": "thomas", "geo": "george", "chas": "charles", "wm": "william", "jno": "john", "jas": "james"}
_LONG |= _WRITTEN


def given_name(text: str) -> tuple[str | None, str | None, str | None, str | None]:
    """Return a column of given names' fields: name, sound, long form of a nickname, and the name if it is Latin."""
    words = fold(text).split()
    while len(words) > 1 and words[0] in _TITLES:
        del words[0]
    name = " ".join(words)
    if empty(name) or name.isdecimal():
        return None, None, None, None
    if has_han(name):
        name = _without_honorific(name)
        return (name, pinyin(name.replace(" ", "")), name + _WHOLE, None) if name else (None, None, None, None)
    if is_pinyin_given(words):
        return name, given_pinyin(words), given_pinyin(words) + _WHOLE, name
    root = _LONG.get(words[0], words[0])
    return name, nysiis(words[0]), root, name


def surname(text: str) -> tuple[str | None, str | None]:
    """Return a column of surnames' fields: the name without `jr` and the like, and how it sounds."""
    words = fold(text).split()
    while len(words) > 1 and words[-1] in _SUFFIXES:
        del words[-1]
    name = " ".join(words)
    if empty(name) or name.isdecimal():
        return None, None
    if has_han(name):
        name = _without_honorific(name)
        return (name, _sound_of_surname(surname_pinyin(name))) if name else (None, None)
    return name, _sound_of_surname("".join(words))


def full_name(text: str) -> tuple[str | None, str | None, str | None, str | None]:
    """Return a column of whole names' fields: name, words sorted, sound in any order, and the name if it is Latin."""
    words = _words(text)
    name = " ".join(words)
    if empty(name) or name.isdecimal():
        return None, None, None, None
    given, family = _split(text, words)
    if has_han(name):
        given_key = pinyin(given.replace(" ", ""))
        return name, tokens(name, single=True), (surname(family)[1] or "" if family else "") + given_key, None
    if given and surname_rank(family) is not None and is_pinyin_given(given.split(), strict=False):
        return name, tokens(name), _sound_of_surname(family) + given_pinyin(given.split()), name
    return name, tokens(name), " ".join(sorted({nysiis(word) for word in words if len(word) > 1} or set(words))), name


def split_name(text: str) -> tuple[str | None, str | None]:
    """Return the given names and the surname of a whole name, both in clean writing.

    `Smith, John`, `SMITH John` and Chinese names (Han, or pinyin with the surname first or last) are understood; else
    the last word is the surname.
    """
    words = _words(text)
    if empty(" ".join(words)):
        return None, None
    given, family = _split(text, words)
    return given or None, family or None


def _words(text: str) -> list[str]:
    words = fold(text).split()
    while len(words) > 1 and words[0] in _TITLES:
        del words[0]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        del words[-1]
    if len(words) == 1 and has_han(words[0]):
        words = [name] if (name := _without_honorific(words[0])) else []
    return words


def _split(text: str, words: list[str]) -> tuple[str, str]:
    """Return the given names and the surname."""
    if not words:
        return "", ""
    if len(words) == 1:
        family, given = split_han(words[0]) if has_han(words[0]) else (words[0], "")
        return given, family
    head, comma, rest = text.replace("，", ",").partition(",")
    before = fold(head).split()
    if comma and rest.strip() and len(before) < len(words) and words[: len(before)] == before:
        return " ".join(words[len(before) :]), " ".join(before)
    shouted = [fold(word) for word in text.split() if len(word) > 2 and word.isupper()]
    if len(shouted) == 1 and shouted[0] in (words[0], words[-1]) and not text.isupper():
        others = words[1:] if words[0] == shouted[0] else words[:-1]
        return " ".join(others), shouted[0]
    first, last = surname_rank(words[0]), surname_rank(words[-1])
    surname_first = first is not None and (last is None or first <= last or len(words) > 2)
    if surname_first and is_pinyin_given(words[1:], strict=False):
        return " ".join(words[1:]), words[0]
    return " ".join(words[:-1]), words[-1]


def _sound_of_surname(latin: str) -> str:
    return surname_sound(latin) or nysiis(latin)


def _without_honorific(name: str) -> str:
    """Return a Chinese name without the 先生 or 女士 that tills put behind a surname."""
    for honorific in _HONORIFICS:
        if name.endswith(honorific):
            return name[: -len(honorific)]
    return name
