"""A scene in words, in both languages of the console."""

from __future__ import annotations

import re

from datong.scenes.definition import Scene, Step, Texts, When

__all__ = ["describe"]

_WORDS = {
    "en": {"begins": "Begins with {}", "stay": "stays {}, without {}", "absent": "no {} for {}",
           "on": "then {} within {}", "count": "{} times {} within {}", "cancel": "Given up after {}",
           "where": "For members with {}", "or": " or ", "in": " in {}", "where_item": " where {}",
           "cap": "At most {} a day", "cooldown": "Silent for {} after it", "s": "{} second", "m": "{} minute",
           "h": "{} hour", "d": "{} day", "w": "{} week"},
    "zh": {"begins": "开始：{}", "stay": "停留 {}，期间没有 {}", "absent": "{1} 内没有 {0}",
           "on": "{1} 内 {0}", "count": "{2} 内 {0} 次 {1}", "cancel": "遇 {} 即作废", "where": "会员条件：{}",
           "or": " 或 ", "in": "（{}）", "where_item": "，且 {}", "cap": "每天最多 {} 次", "cooldown": "触发后静默 {}",
           "s": "{} 秒", "m": "{} 分钟", "h": "{} 小时", "d": "{} 天", "w": "{} 周"},
}


def describe(scene: Scene, language: str = "en") -> list[str]:
    """Return what the scene waits for, one line for each part, in `zh…` or English."""
    words = _WORDS["zh" if language.startswith("zh") else "en"]
    lines = [words["begins"].format(_when(scene.start, words))]
    lines += [_step(step, words) for step in scene.steps]
    if scene.cancel_on:
        lines.append(words["cancel"].format(words["or"].join(_when(w, words) for w in scene.cancel_on)))
    if scene.where:
        lines.append(words["where"].format(scene.where))
    if scene.cap.per_day:
        lines.append(words["cap"].format(scene.cap.per_day))
    if scene.cooldown:
        lines.append(words["cooldown"].format(_time(scene.cooldown, words)))
    return lines


def _step(step: Step, words: dict[str, str]) -> str:
    if step.stay:
        unless = step.stay.unless if isinstance(step.stay.unless, tuple) else (step.stay.unless,)
        return words["stay"].format(_time(step.stay.for_, words), words["or"].join(_when(w, words) for w in unless))
    if step.absent:
        return words["absent"].format(_when(step.absent, words), _time(step.absent.for_, words))
    if step.on:
        return words["on"].format(_when(step.on, words), _time(step.on.within, words))
    if step.count:
        return words["count"].format(step.count.n, _when(step.count, words), _time(step.count.within, words))
    return ""


def _time(text: str, words: dict[str, str]) -> str:
    """Return a duration such as `1h30m` in words."""
    parts = ((int(number), words[unit].format(int(number))) for number, unit in re.findall(r"(\d+)\s*([smhdw])", text))
    plural = "s" if words is _WORDS["en"] else ""
    return " ".join(said if number == 1 else said + plural for number, said in parts) or text


def _when(when: When, words: dict[str, str]) -> str:
    text = words["or"].join(_list(when.on))
    within = [*_list(when.category), *_list(when.zone), *_list(when.place)]
    if within:
        text += words["in"].format(", ".join(within))
    return text + words["where_item"].format(when.where) if when.where else text


def _list(value: Texts) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
