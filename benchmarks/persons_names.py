"""The names and streets that the generated persons draw from, the commonest first."""

from __future__ import annotations

__all__ = [
    "CHINESE_SURNAMES", "CITIES", "FAR_CITIES", "FEMALE", "GIVEN_SIGNS", "MALE", "NEAR_STREETS", "NICKNAMES", "STREETS",
    "surnames",
]

_SHARES = """
王 7.2 李 7.2 张 6.8 刘 5.4 陈 4.5 杨 3.1 赵 2.3 黄 2.2 周 2.1 吴 2.0 徐 1.7 孙 1.5 胡 1.3 朱 1.3 高 1.2 林 1.2
何 1.2 郭 1.2 马 1.2 罗 1.1 梁 0.9 宋 0.8 郑 0.8 谢 0.7 韩 0.7 唐 0.7 冯 0.6 于 0.6 董 0.6 萧 0.6 程 0.6 曹 0.6
袁 0.5 邓 0.5 许 0.5 傅 0.5 沈 0.5 曾 0.5 彭 0.5 吕 0.5 苏 0.5 卢 0.5 蒋 0.5 蔡 0.5 贾 0.4 丁 0.4 魏 0.4 薛 0.4
叶 0.4 阎 0.4 余 0.4 潘 0.4 杜 0.4 戴 0.4 夏 0.4 钟 0.4 汪 0.4 田 0.4 任 0.4 姜 0.4 范 0.4 方 0.4 石 0.3 姚 0.3
谭 0.3 廖 0.3 邹 0.3 熊 0.3 金 0.3 陆 0.3 郝 0.3 孔 0.3 白 0.3 崔 0.3 康 0.3 毛 0.3 邱 0.3 秦 0.3 江 0.3 史 0.3
顾 0.3 侯 0.3 邵 0.3 孟 0.3 龙 0.3 万 0.3 段 0.2 雷 0.2 钱 0.2 汤 0.2 尹 0.2 黎 0.2 易 0.2 常 0.2 武 0.2 乔 0.2
贺 0.2 赖 0.2 龚 0.2 文 0.2 欧阳 0.1 上官 0.02 司马 0.02 诸葛 0.01
"""
CHINESE_SURNAMES = dict(zip(_SHARES.split()[::2], map(float, _SHARES.split()[1::2]), strict=True))
"""Chinese surnames and how many of a hundred bear them (about as the Ministry of Public Security counts)."""

_MEN = (
    "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林欢阳建亮成志海东博晨文山峰国庆松子轩梓睿"
    "一泽雨诚天翔永康毅恒立家正荣振兴元嘉瑞启铭哲思远皓然弘新昊翰学义良信德才胜清绍书"
)
_WOMEN = (
    "芳娜敏静秀英丽艳娟霞燕玲桂兰红梅琳雪慧莹倩颖婷洁萍欣怡佳梦璐蕾薇菲露瑶岚丹玉珍珠翠云莲真环爱妹香月莺"
    "媛凡素青春菊凤琴晶妍茜秋珊莎锦黛婉馨瑾茹心冰悦彤诗涵雯紫萱语嫣宜可姝妙淑惠琪"
)
GIVEN_SIGNS = [*_MEN[:90], *_WOMEN[:90]]
"""Signs of given names, men's in the first half."""

_MALE = """
James John Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony Mark Donald
Steven Paul Andrew Joshua Kenneth Kevin Brian George Edward Ronald Timothy Jason Jeffrey Ryan Jacob Gary Nicholas
Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Frank Alexander Raymond Patrick Jack Dennis
Jerry Tyler Aaron Jose Adam Henry Nathan Douglas Zachary Peter Kyle Walter Ethan Jeremy Harold Keith Christian Roger
Noah Gerald Carl Terry Sean Austin Arthur Lawrence Jesse Dylan Bryan Joe Jordan Billy Bruce Albert Willie Gabriel
Logan Alan Juan Wayne Roy Ralph Randy Eugene Vincent Russell Elijah Louis Bobby Philip Johnny
"""
_FEMALE = """
Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Nancy Lisa Betty Margaret Sandra Ashley
Kimberly Emily Donna Michelle Dorothy Carol Amanda Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Kathleen
Amy Angela Shirley Anna Brenda Pamela Emma Nicole Helen Samantha Katherine Christine Debra Rachel Carolyn Janet
Catherine Maria Heather Diane Ruth Julie Olivia Joyce Virginia Victoria Kelly Lauren Christina Joan Evelyn Judith
Megan Andrea Cheryl Hannah Jacqueline Martha Gloria Teresa Ann Sara Madison Frances Kathryn Janice Jean Abigail
Alice Julia Judy Sophia Grace Denise Amber Doris Marilyn Danielle Beverly Isabella Theresa Diana Natalie Brittany
Charlotte Marie Kayla Alexis
"""
MALE, FEMALE = _MALE.split(), _FEMALE.split()
NICKNAMES = {
    "James": "Jim", "John": "Jack", "Robert": "Bob", "Michael": "Mike", "William": "Bill", "David": "Dave",
    "Richard": "Rick", "Joseph": "Joe", "Thomas": "Tom", "Charles": "Charlie", "Christopher": "Chris", "Daniel": "Dan",
    "Matthew": "Matt", "Anthony": "Tony", "Steven": "Steve", "Andrew": "Andy", "Kenneth": "Ken", "Edward": "Ted",
    "Patricia": "Pat", "Jennifer": "Jen", "Elizabeth": "Liz", "Barbara": "Barb", "Susan": "Sue", "Jessica": "Jess",
    "Margaret": "Peggy", "Kimberly": "Kim", "Deborah": "Debbie", "Rebecca": "Becky", "Katherine": "Kate",
    "Samantha": "Sam", "Catherine": "Cathy", "Pamela": "Pam", "Victoria": "Vicky", "Nicholas": "Nick",
}

_COMMON = """
Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson
Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young
Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter
Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers
Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez
Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez
"""
_HEADS = """
Ash Bar Beck Black Brad Brook Burn Carl Chester Clay Clif Col Corn Craw Dal Den Dray East Ed El Fair Farn Field Fox
Garn Gold Graf Green Had Hal Ham Hard Har Hart Hather Haw Hazel Hen Hol Hop Hunt Kem Ken King Lang Lath Lin Lock Mar
May Mid Mill Mor Nor North Oak Old Pem Pres Rad Red Ridge Rock Rose Ruth Sand Sel Shel Sher Stan Stock Stone Sut
Thorn Tor Wad Wake Wal Ward Wash Way Web West Whit Wick Wil Win Wood Wyn
"""
_TAILS = """
ton ley field worth man son ford wood by well ham bury bridge land stead more brook hurst shaw den gate ridge ster
wick combe dale croft court lock ward ers ing mont ville
"""
_NEAR = """
中山 人民 建设 解放 和平 南京 北京 长江 黄河 东风 文化 新华 青年 学府 友谊 胜利 光明 幸福 朝阳 迎宾 滨江 振兴 复兴 淮海
"""
NEAR_STREETS = [first + second for first in _NEAR.split() for second in ("", *"一二三四东西南北中大")]
_FAR = """
Maple Oak Pine Cedar Elm Washington Lake Hill Walnut Spring North Ridge Church Willow Mill Sunset Railroad Jefferson
Center Park Highland Forest Jackson River Meadow Broad Chestnut Franklin Cherry Dogwood Hickory Laurel Birch Locust
Spruce Poplar Magnolia Valley Liberty Prospect Grove Orchard Pearl Garden Summit Union Academy Pleasant
"""
STREETS = [*_FAR.split(), *(f"{n}th" for n in range(4, 60))]
_CITIES = """
上海 北京 广州 深圳 成都 杭州 重庆 武汉 西安 苏州 天津 南京 长沙 郑州 东莞 青岛 沈阳 宁波 昆明 合肥
"""
CITIES = _CITIES.split()
FAR_CITIES = [
    "New York", "Los Angeles", "Chicago", "Houston", "Phoenix", "Philadelphia", "San Antonio", "San Diego", "Dallas",
    "Austin", "Seattle", "Denver", "Boston", "Portland", "Las Vegas", "Detroit", "Memphis", "Baltimore", "Milwaukee",
    "Tucson",
]


def surnames() -> list[str]:
    """Return Latin surnames: a hundred common ones, then some thousands made of English place-name parts."""
    made = [head + tail for tail in _TAILS.split() for head in _HEADS.split()]
    return list(dict.fromkeys(_COMMON.split() + made))
