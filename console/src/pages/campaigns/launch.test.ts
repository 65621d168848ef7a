import { expect, it } from "vitest";
import type { CampaignRow } from "../../api/types";
import { readinessOf } from "./launch";

const campaign = (changes: Partial<CampaignRow>): CampaignRow => ({
  code: "c", name: "C", kind: "audience", state: "running", scene: "", scene_title: "", start: null, end: null, sent: 0,
  assigned_treated: 0, assigned_holdout: 0, redeemed: 0, effect: null, reason: "", ...changes,
});

it("launches only running campaigns to an audience", () => {
  expect(readinessOf(campaign({}), 100)).toBe("ready");
  expect(readinessOf(campaign({ kind: "scene" }), 100)).toBeNull();
  expect(readinessOf(campaign({ state: "loaded" }), 100)).toBeNull();
  expect(readinessOf(campaign({ state: "paused", end: 50 }), 100)).toBe("paused");
});

it("launches from its start up to its end, which is past it", () => {
  const timed = campaign({ start: 100, end: 200 });
  expect([99, 100, 199, 200].map((now) => readinessOf(timed, now))).toEqual(["not_started", "ready", "ready", "ended"]);
});
