import { describe, expect, it } from "vitest";
import { addDays, makeFormat } from "./format";

const english = makeFormat({ language: "en", currency: "CNY", exponent: 2, timezone: "Asia/Shanghai" });
const chinese = makeFormat({ language: "zh-CN", currency: "CNY", exponent: 2, timezone: "Asia/Shanghai" });
const yen = makeFormat({ language: "en", currency: "JPY", exponent: 0, timezone: "Asia/Tokyo" });
const NOON = Date.parse("2026-03-01T04:00:00Z");

describe("money", () => {
  it("is minor units in the retailer's currency", () => {
    expect(english.money(123_456)).toBe("¥1,234.56");
    expect(chinese.money(123_456)).toBe("¥1,234.56");
    expect(yen.money(1234)).toBe("¥1,234");
    expect(english.money(123_456, "CNY")).toBe("¥1,234.56");
    expect(english.money(1234, "JPY")).toBe("JPY\u00a01,234");
    expect(yen.money(123_456, "EUR")).toBe("EUR\u00a01,234.56");
    expect([yen.decimal(123_456, "EUR"), english.decimal(1234, "JPY")]).toEqual(["1234.56", "1234"]);
    expect(english.moneyShort(123_456)).toBe("¥1,235");
  });

  it("shows signs with a true minus", () => {
    expect(english.moneySigned(1230)).toBe("+¥12.30");
    expect(english.moneySigned(-200)).toBe("\u2212\u2060¥2.00");
    expect(english.moneySigned(0)).toBe("¥0.00");
  });

  it("is a plain number in files", () => {
    expect(english.decimal(-123_456)).toBe("-1234.56");
    expect(yen.decimal(1234)).toBe("1234");
    expect(english.decimal(null)).toBe("");
  });

  it("is a dash when nothing is known", () => {
    expect(english.money(null)).toBe("–");
    expect([english.number(null), english.number(0)]).toEqual(["–", "0"]);
    expect(english.money(Number.NaN)).toBe("–");
  });
});

describe("times", () => {
  it("are in the retailer's time zone, whatever the browser's", () => {
    expect(english.clock(NOON)).toBe("12:00");
    expect(english.time(NOON + 5000)).toBe("12:00:05");
    expect(yen.clock(NOON)).toBe("13:00");
    expect(chinese.date(NOON)).toBe("2026年3月1日");
  });

  it("name the calendar date there", () => {
    expect(english.isoDay(Date.parse("2026-02-28T16:30:00Z"))).toBe("2026-03-01");
  });

  it("write midnight as 00", () => {
    expect(english.clock(Date.parse("2026-02-28T16:00:00Z"))).toBe("00:00");
  });

  it("write calendar dates without moving them", () => {
    expect(english.day("2026-03-01")).toBe("Sun, Mar 1");
    expect(english.dayShort("2026-03-01")).toBe("3/1");
    expect(english.day("not a day")).toBe("not a day");
  });
});

describe("durations", () => {
  it("use the unit that fits", () => {
    expect(english.duration(12_400)).toBe("12 sec");
    expect(english.duration(59 * 60_000)).toBe("59 min");
    expect(english.duration(80 * 60_000)).toBe("1 hr 20 min");
    expect(english.duration(59.8 * 60_000)).toBe("1 hr");
    expect(english.duration(7 * 86_400_000)).toBe("7 days");
    expect(english.duration(undefined)).toBe("–");
  });

  it("read periods as settings write them", () => {
    expect(english.period("7d")).toBe("7 days");
    expect(english.period("90m")).toBe("1 hr 30 min");
    expect(english.period("soon")).toBe("soon");
  });

  it("look back from the platform's time", () => {
    expect(english.ago(NOON - 65_000, NOON)).toBe("1 min. ago");
    expect(english.ago(NOON - 3 * 86_400_000, NOON)).toBe("3 days ago");
    expect(english.ago(NOON + 4000, NOON)).toBe("0 sec. ago");
  });
});

describe("sinceMidnight", () => {
  it("counts the retailer's day, not ours", () => {
    expect(english.sinceMidnight(Date.parse("2026-03-01T16:00:00Z"))).toBe(0);
    expect(english.sinceMidnight(Date.parse("2026-03-01T15:59:59Z"))).toBe(86_399_000);
  });
});

describe("addDays", () => {
  it("crosses months and leap days", () => {
    expect(addDays("2024-03-01", -1)).toBe("2024-02-29");
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  });
});
