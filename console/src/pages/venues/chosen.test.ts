import { expect, test } from "vitest";
import type { Corner, Plan } from "../../api/venues";
import { addHole, addVoid, copyFloor, copyZone, ringFor, shifted, withRing, without, type Chosen } from "./chosen";
import { addFloor, addSensor, addZone, rectRing, withZone } from "./drawing";

const RING: Corner[] = [[2, 2], [4, 2], [4, 4]];

function drawn(): Plan {
  const empty: Plan = {
    code: "v", name: { zh: "v", en: "v" }, floors: [], city: "", sensors: [], region: "", country: "", lon: null, lat: null,
    format: "", hours: "", trade_areas: [],
  };
  const hall = addZone(addFloor(empty), "f1", rectRing([0, 0], [20, 10])).plan;
  const doored = withZone(hall, "f1", "z1", (zone) => ({ ...zone, doors: [{ x: 0, y: 5 }] }));
  return addSensor(addVoid(addHole(doored, "f1", "z1", RING), "f1", RING), "f1", [1, 1]).plan;
}

const floor = (plan: Plan) => plan.floors[0]!;
const hole: Chosen = { kind: "hole", code: "z1", at: 0 };
const empty: Chosen = { kind: "void", code: "f1", at: 0 };

test("holes and voids have corners that are pulled, and are taken away alone", () => {
  const plan = drawn();
  for (const chosen of [hole, empty]) {
    expect(ringFor(floor(plan), chosen)).toEqual(RING);
    const pulled = withRing(plan, "f1", chosen, [[0, 0], [1, 0], [1, 1]]);
    expect(ringFor(floor(pulled), chosen)[0]).toEqual([0, 0]);
    expect(ringFor(floor(without(plan, "f1", chosen)), chosen)).toEqual([]);
  }
  expect(floor(without(plan, "f1", hole)).zones).toHaveLength(1);
});

test("a zone moves with its holes and doors", () => {
  const moved = floor(shifted(drawn(), floor(drawn()), { kind: "zone", code: "z1" }, 1, 2)).zones[0]!;
  expect([moved.polygon[0], moved.holes[0]![0], moved.doors[0]]).toEqual([[1, 2], [3, 4], { x: 1, y: 7 }]);
});

test("sensors, doors, holes and outlines move on their own", () => {
  const plan = drawn();
  expect(shifted(plan, floor(plan), { kind: "sensor", code: "v-ap1" }, 0.1, 0.2).sensors[0]).toMatchObject({ x: 1.1, y: 1.2 });
  expect(floor(shifted(plan, floor(plan), { kind: "door", code: "z1", at: 0 }, 1, 0)).zones[0]!.doors[0]).toEqual({ x: 1, y: 5 });
  expect(ringFor(floor(shifted(plan, floor(plan), hole, -1, 0)), hole)[0]).toEqual([1, 2]);
});

test("a floor is copied with its zones under free codes, without shops and sensors", () => {
  const plan = drawn();
  const { plan: two, code } = copyFloor(plan, floor(plan));
  const above = two.floors.find((one) => one.code === code)!;
  expect([code, above.level, above.voids.length]).toEqual(["f2", 2, 1]);
  expect(above.zones.map((zone) => [zone.code, zone.shop, zone.holes.length])).toEqual([["z1-1", null, 1]]);
  expect(two.sensors).toHaveLength(1);
});

test("a zone copied onto its own floor stands beside itself", () => {
  const plan = drawn();
  const { plan: two, code } = copyZone(plan, floor(plan).zones[0]!, "f1");
  expect(floor(two).zones.find((one) => one.code === code)!.polygon[0]).toEqual([1, 1]);
});
