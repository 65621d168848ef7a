/** What is chosen on the drawing: its corners, moved, copied and taken away. Pure: each change gives a new plan. */
import type { Corner, Plan, PlanFloor, PlanZone } from "../../api/venues";
import { dropZone, freeCode, ringOf, withFloor, withZone } from "./drawing";

export interface Chosen {
  /** A hole is a void in a zone, a void one in the whole floor. */
  kind: "zone" | "sensor" | "door" | "outline" | "hole" | "void";
  /** Of the zone or sensor; the zone's, of a door or hole. */
  code: string;
  /** Which door, hole or void. */
  at?: number;
}

const replaced = <T>(all: T[], at: number | undefined, one: T): T[] => all.map((other, n) => (n === at ? one : other));
const less = <T>(all: T[], at: number | undefined): T[] => all.filter((_, n) => n !== at);

/** The corners that can be pulled; none of a point. */
export function ringFor(floor: PlanFloor, { kind, code, at = 0 }: Chosen): Corner[] {
  if (kind === "outline") return floor.outline;
  if (kind === "void") return floor.voids[at] ?? [];
  const zone = floor.zones.find((one) => one.code === code);
  if (!zone) return [];
  return kind === "zone" ? ringOf(zone) : kind === "hole" ? zone.holes[at] ?? [] : [];
}

export function withRing(plan: Plan, floor: string, { kind, code, at }: Chosen, ring: Corner[]): Plan {
  if (kind === "outline") return withFloor(plan, floor, (one) => ({ ...one, outline: ring }));
  if (kind === "void") return withFloor(plan, floor, (one) => ({ ...one, voids: replaced(one.voids, at, ring) }));
  return withZone(plan, floor, code, (zone) =>
    kind === "hole" ? { ...zone, holes: replaced(zone.holes, at, ring) } : { ...zone, rect: null, polygon: ring });
}

const shift = (dx: number, dy: number) => ([x, y]: Corner): Corner => [round(x + dx), round(y + dy)];
const round = (value: number) => Math.round(value * 1000) / 1000;

const zoneShifted = (zone: PlanZone, dx: number, dy: number): PlanZone => ({
  ...zone, rect: null, polygon: ringOf(zone).map(shift(dx, dy)), holes: zone.holes.map((ring) => ring.map(shift(dx, dy))),
  doors: zone.doors.map((door) => ({ x: round(door.x + dx), y: round(door.y + dy) })),
});

/** All of it somewhere else: a zone goes with its holes and doors. */
export function shifted(plan: Plan, floor: PlanFloor, chosen: Chosen, dx: number, dy: number): Plan {
  const { kind, code, at } = chosen;
  if (kind === "sensor") {
    return { ...plan, sensors: plan.sensors.map((one) => (one.code === code ? { ...one, x: round(one.x + dx), y: round(one.y + dy) } : one)) };
  }
  if (kind === "zone") return withZone(plan, floor.code, code, (zone) => zoneShifted(zone, dx, dy));
  if (kind === "door") {
    return withZone(plan, floor.code, code, (zone) => ({
      ...zone, doors: zone.doors.map((door, n) => (n === at ? { x: round(door.x + dx), y: round(door.y + dy) } : door)),
    }));
  }
  return withRing(plan, floor.code, chosen, ringFor(floor, chosen).map(shift(dx, dy)));
}

export function without(plan: Plan, floor: string, { kind, code, at }: Chosen): Plan {
  switch (kind) {
    case "zone": return dropZone(plan, floor, code);
    case "sensor": return { ...plan, sensors: plan.sensors.filter((one) => one.code !== code) };
    case "door": return withZone(plan, floor, code, (zone) => ({ ...zone, doors: less(zone.doors, at) }));
    case "hole": return withZone(plan, floor, code, (zone) => ({ ...zone, holes: less(zone.holes, at) }));
    case "void": return withFloor(plan, floor, (one) => ({ ...one, voids: less(one.voids, at) }));
    case "outline": return withFloor(plan, floor, (one) => ({ ...one, outline: [], voids: [], annexes: [] }));
  }
}

export const addHole = (plan: Plan, floor: string, zone: string, ring: Corner[]): Plan =>
  withZone(plan, floor, zone, (one) => ({ ...one, holes: [...one.holes, ring] }));

export const addVoid = (plan: Plan, floor: string, ring: Corner[]): Plan =>
  withFloor(plan, floor, (one) => ({ ...one, voids: [...one.voids, ring] }));

/** The same zone on this or another floor, under a free code; a shop stays where it is, as it has one zone. */
export function copyZone(plan: Plan, zone: PlanZone, to: string): { plan: Plan; code: string } {
  const taken = plan.floors.flatMap((floor) => floor.zones.map((one) => one.code));
  const code = freeCode(taken, `${zone.code.replace(/-\d+$/, "").slice(0, 56)}-`);
  const same = plan.floors.find((floor) => floor.code === to)?.zones.some((one) => one.code === zone.code);
  const copy = { ...(same ? zoneShifted(zone, 1, 1) : zone), code, shop: null };
  return { plan: withFloor(plan, to, (floor) => ({ ...floor, zones: [...floor.zones, copy] })), code };
}

/** A floor above with the same outline, voids and zones; sensors and shops are not copied. */
export function copyFloor(plan: Plan, from: PlanFloor): { plan: Plan; code: string } {
  const code = freeCode(plan.floors.map((floor) => floor.code), "f");
  const level = Math.max(...plan.floors.map((floor) => floor.level)) + 1;
  const bare: PlanFloor = { ...from, code, level, name: { zh: `${level}层`, en: `Level ${level}` }, zones: [] };
  const start = { ...plan, floors: [...plan.floors, bare] };
  return { plan: from.zones.reduce((all, zone) => copyZone(all, zone, code).plan, start), code };
}
