import { expect, it } from "vitest";
import type { VisitorHour } from "../../api/types";
import { heard } from "./visitors";

const hour = (start: number, addresses: number): VisitorHour => ({
  start, addresses, devices: addresses, low: addresses, high: addresses, known: 0, members: 0,
});

it("shows the hours from the first to the last in which anything was heard", () => {
  const hours = [0, 5, 0, 7, 0].map((addresses, start) => hour(start, addresses));
  expect(heard(hours).map(({ start }) => start)).toEqual([1, 2, 3]);
  expect(heard([hour(0, 0)])).toEqual([]);
});
