import { expect, test } from "vitest";
import { fits, isOpen } from "./nav";

test("groups are open where all of them fit, and closed where they do not", () => {
  expect(fits(900, 1, 17, 4)).toBe(true);
  expect(fits(700, 1, 17, 4)).toBe(false);
  expect(fits(740, 2, 17, 4)).toBe(true);
});

test("what somebody chose wins over what fits", () => {
  expect(isOpen({}, "people", true)).toBe(true);
  expect(isOpen({}, "people", false)).toBe(false);
  expect(isOpen({ people: false }, "people", true)).toBe(false);
  expect(isOpen({ people: true }, "people", false)).toBe(true);
});
