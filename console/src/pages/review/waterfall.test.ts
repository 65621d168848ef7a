import { expect, it } from "vitest";
import { bars } from "./Waterfall";

it("starts each bar where the one before ended", () => {
  expect(bars([-10, 15, 5])).toEqual([
    { left: 0, width: 50, up: false },
    { left: 0, width: 75, up: true },
    { left: 75, width: 25, up: true },
  ]);
});

it("draws nothing wide where nothing weighs", () => {
  expect(bars([0])).toEqual([{ left: 0, width: 0, up: true }]);
});
