import type { scenes as en } from "../en/scenes";

/** 简体中文：场景页。 */
export const scenes: Record<keyof typeof en, string> = {
  "scenes.title": "场景",
  "scenes.subtitle": "平台正在等待的时机",
  "scenes.name": "场景",
  "scenes.steps": "触发条件",
  "scenes.version": "版本",
  "scenes.today": "今日触发",
  "scenes.last": "最近一次",
  "scenes.never": "尚未触发",
  "scenes.empty": "还没有场景",
  "scenes.empty.hint": "在 scenes.yaml 中描述第一个场景：地点、时间与人群。平台读取后即开始监测。",
};
