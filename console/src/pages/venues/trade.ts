/** Trade areas on a plain map around the store: degrees to kilometres and back. */
import type { Corner } from "../../api/venues";

export interface TradeArea {
  code: string;
  /** Corners as (lon, lat); none where it is a circle. */
  polygon: Corner[];
  radius_m: number;
  drive_minutes: number;
  speed_kmh: number;
}

const KM_PER_DEGREE = 111.195; // of a sphere as large as the earth, as the platform reckons

/** Kilometres east and north of the store, north up (y downwards on the screen). */
export const toKm = ([lon, lat]: Corner, at: Corner): Corner => [
  (lon - at[0]) * KM_PER_DEGREE * Math.cos((at[1] * Math.PI) / 180), -(lat - at[1]) * KM_PER_DEGREE,
];

export const toDegrees = ([x, y]: Corner, at: Corner): Corner => [
  Math.round((at[0] + x / KM_PER_DEGREE / Math.cos((at[1] * Math.PI) / 180)) * 1e6) / 1e6,
  Math.round((at[1] - y / KM_PER_DEGREE) * 1e6) / 1e6,
];

/** The circle's radius in km; a drive time is as the crow flies. */
export const radiusKm = (area: TradeArea): number =>
  area.polygon.length ? 0 : (area.radius_m || (area.drive_minutes / 60) * area.speed_kmh * 1000) / 1000;

/** How far the map reaches from the store (km): over every area, 3 at least. */
export function reach(areas: TradeArea[], at: Corner): number {
  const ends = areas.flatMap((area) =>
    area.polygon.length ? area.polygon.map((corner) => Math.hypot(...toKm(corner, at))) : [radiusKm(area)]);
  return Math.max(3, ...ends) * 1.15;
}

/** Rings of the map: two or three round distances (km). */
export function rings(whole: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100].find((one) => whole / one <= 4) ?? 200;
  return [1, 2, 3].map((n) => n * step).filter((one) => one < whole);
}
