/** What an effect says: proven or not, and on which scale it is drawn. */
import type { Effect } from "../api/types";

export interface Bounds {
  lift: number;
  low: number;
  high: number;
}

/** The scale that shows all effects and zero, so that several lines can be compared. */
export function scaleOf(effects: Bounds[]): [number, number] {
  const low = Math.min(0, ...effects.map((effect) => effect.low));
  const high = Math.max(0, ...effects.map((effect) => effect.high));
  const room = (high - low || 1) * 0.06;
  return [low - room, high + room];
}

export type Verdict = "up" | "down" | "open" | "none";

/** The platform says whether an effect is proven; the direction is its sign. */
export function verdictOf(effect: { lift: number | null; significant: boolean } | null | undefined): Verdict {
  if (!effect || effect.lift === null) return "none";
  if (!effect.significant) return "open";
  return effect.lift > 0 ? "up" : "down";
}

/** The effect's bounds where all of them are known. */
export function boundsOf(effect: Effect | null | undefined): (Bounds & { significant: boolean }) | null {
  if (!effect || effect.lift === null || effect.low === null || effect.high === null) return null;
  return { lift: effect.lift, low: effect.low, high: effect.high, significant: effect.significant };
}
