/** When an audience campaign may be launched. */
import type { CampaignRow } from "../../api/types";

/** "ready", why it does not speak at `now` (ms), or null where there is nothing to launch: a scene starts it. */
export type Readiness = "ready" | "paused" | "not_started" | "ended" | null;

export function readinessOf({ kind, state, start, end }: CampaignRow, now: number): Readiness {
  if (kind !== "audience" || (state !== "running" && state !== "paused")) return null;
  if (state === "paused") return "paused";
  if (start && now < start) return "not_started";
  return end && now >= end ? "ended" : "ready";
}
