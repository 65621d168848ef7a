import { expect, test } from "vitest";
import type { Corner, Plan } from "../../api/venues";
import {
  addCorner, addFloor, addSensor, addZone, begin, dropCorner, dropFloor, dropZone, extent, moveCorner, rectRing, redo,
  renameZone, ringOf, snapped, step, undo, zoneAt,
} from "./drawing";

const empty: Plan = {
  code: "v", name: { zh: "v", en: "v" }, floors: [], city: "", sensors: [], region: "", country: "", lon: null, lat: null,
  format: "", hours: "", trade_areas: [],
};

function drawn() {
  const floor = addFloor(empty);
  const hall = addZone(floor, "f1", rectRing([0, 0], [20, 10]));
  const kiosk = addZone(hall.plan, "f1", rectRing([4, 4], [2, 2]));
  return addSensor(kiosk.plan, "f1", [3, 3]).plan;
}

test("each change can be taken back and made again", () => {
  let steps = begin(1);
  steps = step(step(steps, 2), 3);
  steps = undo(undo(undo(steps)));
  expect(steps.now).toBe(1);
  steps = redo(steps);
  expect([steps.now, steps.future]).toEqual([2, [3]]);
  expect(step(steps, 9).future).toEqual([]);
  expect(step(steps, 2)).toBe(steps);
});

test("codes are free ones, and the smaller zone is the one clicked", () => {
  const plan = drawn();
  expect(plan.floors[0]?.zones.map((zone) => zone.code)).toEqual(["z1", "z2"]);
  expect(zoneAt(plan.floors[0]!, [3, 3])?.code).toBe("z2");
  expect(zoneAt(plan.floors[0]!, [15, 5])?.code).toBe("z1");
  expect(zoneAt(plan.floors[0]!, [50, 5])).toBeUndefined();
  expect(plan.sensors[0]).toMatchObject({ code: "v-ap1", floor: "f1", zone: "" });
});

test("a corner snaps to the grid, or to another corner that is near", () => {
  expect(snapped([1.3, 2.2], 0.5, [], 1)).toEqual([1.5, 2]);
  expect(snapped([1.3, 2.2], 0.5, [[1.37, 2.21]], 1)).toEqual([1.37, 2.21]);
  expect(snapped([1.3333333, 2], 0, [], 1)).toEqual([1.333, 2]);
});

test("corners are moved, added and taken away, down to three", () => {
  const ring: Corner[] = [[0, 0], [4, 0], [4, 4]];
  expect(moveCorner(ring, 1, [5, 0])[1]).toEqual([5, 0]);
  expect(addCorner(ring, 0, [2, 0])).toHaveLength(4);
  expect(dropCorner(ring, 0)).toBe(ring);
  expect(dropCorner(addCorner(ring, 0, [2, 0]), 1)).toEqual(ring);
});

test("a new code reaches the sensors, a taken one changes nothing", () => {
  const plan = { ...drawn(), sensors: [{ code: "a", zone: "z1", kind: "wifi" as const, x: 0, y: 0, floor: "" }] };
  expect(renameZone(plan, "f1", "z1", "hall").sensors[0]?.zone).toBe("hall");
  expect(renameZone(plan, "f1", "z1", "z2")).toBe(plan);
  expect(dropZone(plan, "f1", "z1").sensors).toEqual([]);
});

test("a floor goes with its sensors", () => {
  expect(dropFloor(drawn(), "f1")).toMatchObject({ floors: [], sensors: [] });
});

test("a rectangle of the venue file has corners too, and all of it is in sight", () => {
  const zone = { ...drawn().floors[0]!.zones[0]!, polygon: [], rect: { x: 1, y: 2, w: 3, h: 4 } };
  expect(ringOf(zone)).toEqual([[1, 2], [4, 2], [4, 6], [1, 6]]);
  const box = extent(drawn().floors[0]!, []);
  expect(box.x).toBeLessThan(0);
  expect(box.x + box.w).toBeGreaterThan(20);
});
