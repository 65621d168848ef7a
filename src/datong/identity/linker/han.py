"""Chinese names: where the surname ends, and how they are written in Latin letters."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["given_pinyin", "is_pinyin_given", "pinyin", "split_han", "surname_pinyin", "surname_rank", "surname_sound"]

_TWO_CHARACTERS = """
欧阳 司马 上官 诸葛 夏侯 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 南宫 端木 独孤 轩辕 百里 呼延 东郭 西门
申屠 公羊 澹台 淳于 单于 太史 钟离 闾丘 濮阳 赫连 拓跋 完颜 纳兰 第五 公冶 宗政 仲孙 太叔 鲜于 司寇 子车 颛孙 巫马
公西 漆雕 乐正 壤驷 拓拔 夹谷 宰父 谷梁 段干 东门 南门 左丘 梁丘 万俟 闻人 贺兰 贺若 欧阳
"""
_COMPOUND = frozenset(_TWO_CHARACTERS.split())
_READ = {
    "单": "shan", "曾": "zeng", "解": "xie", "查": "zha", "仇": "qiu", "区": "ou", "朴": "piao", "盖": "ge",
    "翟": "zhai", "乐": "yue", "覃": "qin", "任": "ren", "华": "hua", "宁": "ning", "曲": "qu", "逄": "pang",
    "尉": "wei", "秘": "bi", "冼": "xian", "折": "she", "黑": "he", "重": "chong", "繁": "po", "员": "yun",
    "召": "shao", "种": "chong", "缪": "miao", "尉迟": "yuchi", "万俟": "moqi", "单于": "chanyu", "澹台": "tantai",
    "长孙": "zhangsun", "令狐": "linghu", "夹谷": "jiagu",
}
"""Characters that are read otherwise as a surname."""

_SPELLINGS = """
wang: wong vuong|li: lee lei|zhang: chang cheung cheong teo tiong teoh|liu: lau liew low|chen: chan tan tran chern
yang: yeung yeo young yeoh|zhao: chao jhao chiew|huang: hwang ooi oei ng|zhou: chou chow chew jhou chau
wu: woo goh eng|xu: hsu hui shyu kho|sun: suen soon|zhu: chu choo jhu|gao: kao ko|lin: lam lim|he: ho hoh
guo: kuo kwok quek kok kwek|ma: mah|luo: lo law loh lor|liang: leung leong neo nio|song: sung soong
zheng: cheng tay tee jheng|xie: hsieh tse chia cheah shieh|han: hon|tang: tong|feng: fung foong|deng: teng|yu: yue
dong: tung toong|xiao: hsiao siu siew shiao|cao: tsao|yuan: yuen|fu: foo|shen: sum sim|zeng: tseng tsang|peng: phang
lu: lyu lui luk loo loke lv|su: so soo|jiang: chiang keung|cai: tsai choi choy chua|ding: ting|wei: ngai
xue: hsueh sit|ye: yeh yip ip yap|yan: yen yim|pan: poon pun phua|du: tu|dai: tai|xia: hsia|zhong: chung chong jhong
tian: tien tin|ren: jen yam|fang: fong|shi: shih sze see|yao: yiu yeow|zou: tsou|xiong: hsiung|jin: chin kam
hao: hau|kong: kung|bai: pai|cui: tsui|mao: moe|qiu: chiu yau khoo|gu: ku koo|meng: mang|long: lung|duan: tuan
qian: chien|wen: wan man|qiao: chiao|lai: lye|ou: au|ouyang: auyeung|situ: szeto|zhuang: chuang|ruan: yuen nguyen
xiang: hsiang heung|jia: kar|you: yew|ni: ngai
"""
"""Toneless pinyin to other spellings: Wade-Giles, Cantonese (Hong Kong), Hokkien and Teochew (Singapore), Taiwan's."""

_SOUND = {
    other: sound
    for sound, _, others in (e.partition(": ") for e in reversed(_SPELLINGS.strip().replace("\n", "|").split("|")))
    for other in others.split()
}
"""A spelling to the pinyin it stands for; of several, the one named first above, as it is the commonest."""

_COMMON = """
wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han tang
feng yu dong xiao cheng cao yuan deng fu shen zeng peng lv lu su jiang cai jia ding wei xue ye yan pan du dai xia
zhong tian ren fan fang shi yao tan liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao meng long wan
duan lei qian yin chang qiao lai gong wen pang lan ge tao wong zhuang ruan ni yi niu ji ouyang situ zhuge sima
shangguan xiahou huangfu murong shu geng guan mo zhan miao you nie ran ou mei ning
"""
_SURNAMES = {name: rank for rank, name in enumerate(_COMMON.split())}
"""Pinyin of common surnames, roughly in the order of how many bear them (Ministry of Public Security)."""

_SYLLABLE = (
    "(?:[bpm](?:a|o|ai|ei|ao|an|en|ang|eng|i|ie|iao|ian|in|ing|u)|f(?:a|o|ei|ou|an|en|ang|eng|u)|m(?:iu|e|ou)|pou"
    "|[dtnl](?:a|e|ai|ei|ao|ou|an|ang|eng|ong|i|ie|iao|ian|ing|u|uo|uan)|d(?:ia|iu|en|ui|un)|t(?:ui|un)"
    "|[nl](?:iang|in|iu|v|ve|ue|yu)|n(?:en|ao)|lia|lun"
    "|[gkh](?:a|e|ai|ei|ao|ou|an|en|ang|eng|ong|u|ua|uo|uai|ui|uan|un|uang)"
    "|[jqx](?:i|ia|ie|iao|iu|ian|in|iang|ing|iong|u|ue|uan|un)"
    "|(?:zh|ch|sh|[zcs])(?:a|e|i|ai|ao|ou|an|en|ang|eng|u|uo|ui|uan|un)|(?:zh|ch|z|c)ong|(?:zh|ch|sh)(?:ua|uai|uang)"
    "|(?:zh|sh|z)ei|r(?:e|i|ao|ou|an|en|ang|eng|ong|u|ua|uo|ui|uan|un)"
    "|y(?:a|o|e|ao|ou|an|ang|i|in|ing|ong|u|ue|uan|un|ai)|w(?:a|o|ai|ei|an|en|ang|eng|u))"
)
_GIVEN = re.compile(f"(?:a|o|e|ai|ei|ao|ou|an|en|ang|er|{_SYLLABLE})(?:{_SYLLABLE}){{0,2}}")
_READABLE = """
an anna anne ben benji bennie bing dan dana dane danni dean den dena denise diana dina don donna dong ella emma gene
hugh jade jane jean jeanne jin joan joe john jude judi judie june juan ken kennie kim kate kane lana lance lane lara
lena len leni leo leona leon liana lila lin lina linda lisa lola luana luca luce lucia luigi luisa lulu luke lynn
mae maida manda mandi maria marie marina mario mary maude maxine may megan meg mei melissa mia mike mimi mina minnie
mona monica nan nana nancy nanni nate nena neal nina nona pam pat paul pauline pete rena rene ron rose rosa rae san
susan susannah susie suzanne sue tam ted tina tim tami tate wade wendi wanda mabel
"""
_WESTERN = frozenset(_READABLE.split())
"""Latin given names that could be read as pinyin and seldom are."""


def split_han(name: str) -> tuple[str, str]:
    """Return the surname and the given name of a full name of Chinese characters; one of them may be empty."""
    size = 2 if name[:2] in _COMPOUND and len(name) != 2 else 1
    if name in _COMPOUND:
        return name, ""
    return name[:size], name[size:]


@lru_cache(maxsize=16_384)
def _syllable(character: str) -> str:
    from pypinyin import lazy_pinyin  # half a second, spent only where there is a Chinese text

    return "".join(lazy_pinyin(character)).replace("lve", "lue").replace("nve", "nue").replace("v", "u")


def pinyin(text: str) -> str:
    """Return the toneless pinyin without blanks, ü as u; other letters stay as they are."""
    return "".join(map(_syllable, text))


def surname_pinyin(surname: str) -> str:
    """Return the toneless pinyin of a surname, as it is read in a name."""
    return _READ.get(surname) or pinyin(surname)


def surname_sound(latin: str) -> str | None:
    """Return the one pinyin that stands for a spelling of a Chinese surname (Cheung, Chang: zhang), or None.

    Spellings that many surnames share (Wong, Tan, Chiu) go to the commonest one; so do equal ones in pinyin (chang).
    """
    return _SOUND.get(latin) or (latin.replace("lv", "lu") if latin in _SURNAMES else None)


def surname_rank(latin: str) -> int | None:
    """Return how common a Chinese surname in Latin letters is (0: the commonest), or None when it is none."""
    rank = _SURNAMES.get(_SOUND.get(latin, latin))
    return rank if rank is not None else (999 if latin in _SOUND else None)


def is_pinyin_given(words: list[str], strict: bool = True) -> bool:
    """Return whether the words, joined, read as a Chinese given name of one to three syllables.

    `strict` takes a word that is rather a Western name (Lina, Dan) for one, as is right where no surname is known.
    """
    if strict and words[0] in _WESTERN:
        return False
    return _GIVEN.fullmatch("".join(words)) is not None


def given_pinyin(words: list[str]) -> str:
    """Return a given name in pinyin as one word, in the spelling `pinyin` uses."""
    return "".join(words).replace("lyu", "lu").replace("nyu", "nu").replace("v", "u")
