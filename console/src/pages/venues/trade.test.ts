import { expect, test } from "vitest";
import { radiusKm, reach, rings, toDegrees, toKm, type TradeArea } from "./trade";

const circle: TradeArea = { code: "a", polygon: [], radius_m: 0, drive_minutes: 15, speed_kmh: 30 };

test("a drive time is a circle as the crow flies, a radius wins over it", () => {
  expect(radiusKm(circle)).toBe(7.5);
  expect(radiusKm({ ...circle, radius_m: 2000 })).toBe(2);
  expect(radiusKm({ ...circle, polygon: [[0, 0], [1, 0], [1, 1]] })).toBe(0);
});

test("kilometres and degrees are there and back the same", () => {
  const store: [number, number] = [121.47, 31.23];
  const [x, y] = toKm([121.48, 31.24], store);
  expect([x, y].map((one) => Math.round(one * 100) / 100)).toEqual([0.95, -1.11]);
  expect(toDegrees([x, y], store)).toEqual([121.48, 31.24]);
});

test("the map reaches over all areas and has a few round rings", () => {
  expect(reach([circle], [121, 31])).toBeCloseTo(8.625);
  expect(reach([], [121, 31])).toBeCloseTo(3.45);
  expect(rings(8.6)).toEqual([5]);
  expect(rings(3.45)).toEqual([1, 2, 3]);
});
