/** The plan as it is drawn: pure changes, each giving a new plan, and the steps to undo and redo. */
import type { Corner, Plan, PlanFloor, PlanZone, Rect } from "../../api/venues";

export interface Steps<T> {
  past: T[];
  now: T;
  future: T[];
}

const MOST_STEPS = 200;

export const begin = <T>(now: T): Steps<T> => ({ past: [], now, future: [] });
export const step = <T>(steps: Steps<T>, now: T): Steps<T> =>
  now === steps.now ? steps : { past: [...steps.past.slice(-MOST_STEPS), steps.now], now, future: [] };
export const undo = <T>({ past, now, future }: Steps<T>): Steps<T> => {
  const last = past.at(-1);
  return last === undefined ? { past, now, future } : { past: past.slice(0, -1), now: last, future: [now, ...future] };
};
export const redo = <T>({ past, now, future }: Steps<T>): Steps<T> => {
  const [next, ...rest] = future;
  return next === undefined ? { past, now, future } : { past: [...past, now], now: next, future: rest };
};

/** The corners of a zone, whether it is a polygon or a rectangle. */
export function ringOf(zone: PlanZone): Corner[] {
  if (zone.polygon.length || !zone.rect) return zone.polygon;
  const { x, y, w, h } = zone.rect;
  return [[x, y], [x + w, y], [x + w, y + h], [x, y + h]];
}

/** Half a metre on the grid, or another corner where one is near. */
export function snapped([x, y]: Corner, grid: number, others: Corner[], reach: number): Corner {
  let best: Corner | null = null;
  let least = reach;
  for (const other of others) {
    const away = Math.hypot(other[0] - x, other[1] - y);
    if (away < least) [best, least] = [other, away];
  }
  if (best) return best;
  return grid > 0 ? [tidy(Math.round(x / grid) * grid), tidy(Math.round(y / grid) * grid)] : [tidy(x), tidy(y)];
}

const tidy = (value: number) => Math.round(value * 1000) / 1000;

export function rectRing([ax, ay]: Corner, [bx, by]: Corner): Corner[] {
  const [x, y, w, h] = [Math.min(ax, bx), Math.min(ay, by), Math.abs(bx - ax), Math.abs(by - ay)];
  return [[x, y], [x + w, y], [x + w, y + h], [x, y + h]];
}

export function area(ring: Corner[]): number {
  return Math.abs(ring.reduce((sum, [x, y], at) => {
    const [nx, ny] = ring[(at + 1) % ring.length] as Corner;
    return sum + x * ny - nx * y;
  }, 0)) / 2;
}

/** Even–odd rule: whether a point lies within a ring. */
export function inside([x, y]: Corner, ring: Corner[]): boolean {
  let within = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i] as Corner;
    const [xj, yj] = ring[j] as Corner;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
}

/** The smallest zone that holds the point. */
export function zoneAt(floor: PlanFloor, point: Corner): PlanZone | undefined {
  return floor.zones
    .filter((zone) => inside(point, ringOf(zone)))
    .sort((a, b) => area(ringOf(a)) - area(ringOf(b)))[0];
}

/** The first code of this kind that nobody has. */
export function freeCode(taken: Iterable<string>, start: string): string {
  const known = new Set(taken);
  for (let n = 1; ; n++) if (!known.has(`${start}${n}`)) return `${start}${n}`;
}

const allZones = (plan: Plan) => plan.floors.flatMap((floor) => floor.zones);

export function withFloor(plan: Plan, code: string, change: (floor: PlanFloor) => PlanFloor): Plan {
  return { ...plan, floors: plan.floors.map((floor) => (floor.code === code ? change(floor) : floor)) };
}

export function withZone(plan: Plan, floor: string, code: string, change: (zone: PlanZone) => PlanZone): Plan {
  return withFloor(plan, floor, (one) => ({ ...one, zones: one.zones.map((zone) => (zone.code === code ? change(zone) : zone)) }));
}

export function addFloor(plan: Plan): Plan {
  const code = freeCode(plan.floors.map((floor) => floor.code), "f");
  const level = Math.max(0, ...plan.floors.map((floor) => floor.level)) + 1;
  const name = { zh: `${level}层`, en: `Level ${level}` };
  const floor = { code, name, zones: [], level, outline: [], voids: [], annexes: [], origin: null, picture: null };
  return { ...plan, floors: [...plan.floors, floor] };
}

export function dropFloor(plan: Plan, code: string): Plan {
  const gone = plan.floors.find((floor) => floor.code === code);
  const zones = new Set(gone?.zones.map((zone) => zone.code));
  return {
    ...plan,
    floors: plan.floors.filter((floor) => floor.code !== code),
    sensors: plan.sensors.filter((sensor) => sensor.floor !== code && !zones.has(sensor.zone)),
  };
}

export function addZone(plan: Plan, floor: string, polygon: Corner[]): { plan: Plan; code: string } {
  const code = freeCode(allZones(plan).map((zone) => zone.code), "z");
  const zone: PlanZone = {
    code, name: { zh: code, en: code }, rect: null, shop: null, category: "", doors: [], polygon, holes: [], kind: "",
  };
  return { plan: withFloor(plan, floor, (one) => ({ ...one, zones: [...one.zones, zone] })), code };
}

export function addSensor(plan: Plan, floor: string, [x, y]: Corner): { plan: Plan; code: string } {
  const code = freeCode(plan.sensors.map((sensor) => sensor.code), `${plan.code}-ap`);
  return { plan: { ...plan, sensors: [...plan.sensors, { code, zone: "", kind: "wifi", x, y, floor }] }, code };
}

/** Another code everywhere it stands; nothing where it is taken or empty. */
export function renameZone(plan: Plan, floor: string, code: string, next: string): Plan {
  if (!next || allZones(plan).some((zone) => zone.code === next)) return plan;
  const named = withZone(plan, floor, code, (zone) => ({ ...zone, code: next }));
  return { ...named, sensors: named.sensors.map((sensor) => (sensor.zone === code ? { ...sensor, zone: next } : sensor)) };
}

/** Without the zone and the sensors that are its own. */
export function dropZone(plan: Plan, floor: string, code: string): Plan {
  const less = withFloor(plan, floor, (one) => ({ ...one, zones: one.zones.filter((zone) => zone.code !== code) }));
  return { ...less, sensors: less.sensors.filter((sensor) => sensor.zone !== code) };
}

export const moveCorner = (ring: Corner[], at: number, to: Corner): Corner[] =>
  ring.map((corner, n) => (n === at ? to : corner));
export const addCorner = (ring: Corner[], after: number, point: Corner): Corner[] =>
  [...ring.slice(0, after + 1), point, ...ring.slice(after + 1)];
export const dropCorner = (ring: Corner[], at: number): Corner[] =>
  ring.length > 3 ? ring.filter((_, n) => n !== at) : ring;

/** The rectangle to show: everything drawn, with a margin; 40 × 25 m where nothing is. */
export function extent(floor: PlanFloor, sensors: { x: number; y: number }[]): Rect {
  const corners: Corner[] = [
    ...floor.outline, ...floor.annexes.flat(), ...floor.zones.flatMap(ringOf),
    ...sensors.map(({ x, y }): Corner => [x, y]),
  ];
  if (floor.picture) {
    const { x, y, w, h } = floor.picture.rect;
    corners.push([x, y], [x + w, y + h]);
  }
  if (!corners.length) return { x: -2, y: -2, w: 44, h: 29 };
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  const [w, h] = [Math.max(...xs) - x, Math.max(...ys) - y];
  const margin = Math.max(2, 0.05 * Math.max(w, h));
  return { x: x - margin, y: y - margin, w: w + 2 * margin, h: h + 2 * margin };
}

/** What is seen, nearer or farther by a factor about its middle; all of it where that would be more than `whole`. */
export function zoomed(view: Rect, whole: Rect, by: number): Rect | null {
  const [w, h] = [view.w / by, view.h / by];
  if (w >= whole.w * 0.999) return null;
  const least = Math.max(w, whole.w / 20);
  const share = least / w;
  return { x: view.x + (view.w - least) / 2, y: view.y + (view.h - h * share) / 2, w: least, h: h * share };
}
