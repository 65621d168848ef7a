import { expect, it } from "vitest";
import { scaleOf, verdictOf } from "./verdict";

it("takes the platform's word for what is proven", () => {
  expect(verdictOf(null)).toBe("none");
  expect(verdictOf({ lift: null, significant: false })).toBe("none");
  expect(verdictOf({ lift: 500, significant: false })).toBe("open");
  expect(verdictOf({ lift: 500, significant: true })).toBe("up");
  expect(verdictOf({ lift: -500, significant: true })).toBe("down");
});

it("always shows zero", () => {
  expect(scaleOf([{ lift: 20, low: 10, high: 100 }])).toEqual([-6, 106]);
  expect(scaleOf([])).toEqual([-0.06, 0.06]);
});
