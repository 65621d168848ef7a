import { describe, expect, it } from "vitest";
import { silenceOf, worstFirst } from "./silence";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.parse("2026-03-01T12:00:00Z");
const source = (gap: number, events_today: number) => ({ name: "tills", kind: "pos", last_seen: NOW - gap, events_today, quarantined: 0 });

describe("a source", () => {
  it("is fresh within ten minutes, however busy it was", () => {
    expect(silenceOf(source(10 * MINUTE, 100_000), NOW, 12 * HOUR).state).toBe("fresh");
    expect(silenceOf(source(-5000, 10), NOW, 12 * HOUR)).toMatchObject({ state: "fresh", gap: 0 });
  });

  it("is silent when the gap is far longer than its own average today", () => {
    // 660 events in the 11 hours before: one each minute, then none for an hour.
    expect(silenceOf(source(HOUR, 660), NOW, 12 * HOUR)).toEqual({ state: "silent", gap: HOUR, usual: MINUTE });
    expect(silenceOf(source(12 * MINUTE, 708), NOW, 12 * HOUR).state).toBe("quiet");
  });

  it("is only quiet when it seldom sends, or has not sent yet today", () => {
    expect(silenceOf(source(HOUR, 11), NOW, 12 * HOUR)).toEqual({ state: "quiet", gap: HOUR, usual: HOUR });
    expect(silenceOf(source(13 * HOUR, 0), NOW, 12 * HOUR)).toEqual({ state: "quiet", gap: 13 * HOUR, usual: null });
  });

  it("is silent after a whole day in any case", () => {
    expect(silenceOf(source(24 * HOUR, 0), NOW, 12 * HOUR).state).toBe("silent");
  });
});

it("shows dead channels first", () => {
  const channel = (name: string, state: string) => ({ name, kind: "webhook", state, since: 0, reason: "", waiting: 0 });
  const shown = worstFirst([channel("a", "ok"), channel("m", "dead"), channel("c", "ok"), channel("d", "dead")]);
  expect(shown.map(({ name }) => name)).toEqual(["d", "m", "a", "c"]);
});
