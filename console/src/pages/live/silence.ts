/** Whether a source has been silent for unusually long, and in which order channels are shown. */
import type { ChannelHealth, SourceHealth } from "../../api/types";

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Nobody worries about a source that sent this recently. */
const FRESH_MS = 10 * MINUTE;
/** A gap is unusual when it is this many times the source's own average today. */
const UNUSUAL = 12;

export interface Silence {
  state: "fresh" | "quiet" | "silent";
  /** For how long nothing has come. */
  gap: number;
  /** The average time between two events today; null where it sent none today. */
  usual: number | null;
}

/** How a source fares at `now`, the platform's time, with `sinceMidnight` of today gone by (all in ms). */
export function silenceOf(source: SourceHealth, now: number, sinceMidnight: number): Silence {
  const gap = Math.max(0, now - source.last_seen);
  const sending = sinceMidnight - gap;
  const usual = source.events_today > 0 && sending > 0 ? sending / source.events_today : null;
  if (gap <= FRESH_MS) return { state: "fresh", gap, usual };
  const unusual = gap >= DAY || (usual !== null && gap > UNUSUAL * usual);
  return { state: unusual ? "silent" : "quiet", gap, usual };
}

/** What needs somebody first: dead channels, then by name. */
export function worstFirst(channels: ChannelHealth[]): ChannelHealth[] {
  const rank = ({ state }: ChannelHealth) => (state === "dead" ? 0 : 1);
  return [...channels].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
