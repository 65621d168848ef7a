/** Venues: their plans, visits and flow lines. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get } from "./client";

export { upload } from "./client";

export type Corner = [number, number];

export interface Name {
  zh: string;
  en: string;
}

export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface PlanShop {
  code: string;
  name: Name;
  format: string;
  category: string;
  hours: string;
  gln?: string;
}

export interface PlanZone {
  code: string;
  name: Name;
  rect: Rect | null;
  shop: PlanShop | null;
  category: string;
  doors: { x: number; y: number }[];
  polygon: Corner[];
  holes: Corner[][];
  kind: string;
}

export interface PlanFloor {
  code: string;
  name: Name;
  zones: PlanZone[];
  level: number;
  outline: Corner[];
  voids: Corner[][];
  annexes: Corner[][];
  origin: { lon: number; lat: number } | null;
  picture: { file: string; rect: Rect } | null;
}

export interface PlanSensor {
  code: string;
  zone: string;
  kind: "wifi" | "ble" | "counter";
  x: number;
  y: number;
  floor: string;
}

export interface Plan {
  code: string;
  name: Name;
  floors: PlanFloor[];
  city: string;
  sensors: PlanSensor[];
  region: string;
  country: string;
  lon: number | null;
  lat: number | null;
  format: string;
  hours: string;
  gln?: string;
  trade_areas: { code: string; polygon: Corner[]; radius_m: number; drive_minutes: number; speed_kmh: number }[];
}

export interface VenueRow {
  code: string;
  name: string;
  city: string;
  region: string;
  country: string;
  version: number;
  floors: number;
  zones: number;
  shops: number;
  sensors: number;
  hours: string;
  present: number;
}

export interface Region {
  country: string;
  region: string;
  city: string;
  stores: number;
  venues: number;
}

export interface VenueList {
  venues: VenueRow[];
  regions: Region[];
  formats: { code: string; name: string }[];
}

export interface VenuePage {
  plan: Plan;
  version: number;
  remarks: string[];
  history: { version: number; at: number; actor: string; note: string }[];
  trade_areas: { code: string; circle: boolean; radius_m: number; minutes: number; speed_kmh: number }[];
}

export interface StoreRow {
  code: string;
  name: string;
  format: string;
  city: string;
  region: string;
  country: string;
  venue: string;
  hours: string;
}

export interface Taken {
  rows: number;
  stored: number;
  known: number;
  quarantined: number;
  lines: { line: number; store: string; code: string; message: string; hint: string }[];
}

export interface FloorImport {
  plan: Plan;
  version: number;
  floor: string;
  units: string;
  zones: number;
  sensors: number;
  problems: string[];
  remarks: string[];
}

export interface AttendanceDay {
  date: string;
  heard: number;
  heard_low: number;
  heard_high: number;
  visits: number;
  low: number;
  high: number;
  counted: number | null;
  passers: number;
  silent: number;
}

export interface Attendance {
  days: AttendanceDay[];
  factors: { since_hour: number; until_hour: number; factor: number; low: number; high: number; days: number }[];
  calibrated: boolean;
  error: number | null;
  threshold: number;
  strength: number | null;
  fitted: boolean;
  hours_known: boolean;
  staff: number;
  calibration: Calibration;
  venues: number;
}

export interface FlowLines {
  visits: number;
  left_out: number;
  staff: number;
  transitions: { origin: string; origin_name: string; target: string; target_name: string; moves: number; share: number }[];
  zones: {
    zone: string;
    name: string;
    floor: string;
    stays: number;
    entries: number;
    exits: number;
    dwell_median_ms: number | null;
    silent: number;
  }[];
  ways: { zones: string[]; names: string[]; visits: number; share: number }[];
  addresses: number;
  venues: number;
  parties: { parties: number; visits: number; share: number; sizes: Record<string, number>; pairs: number; chance: number } | null;
}

export interface SensorRow {
  code: string;
  place: string;
  zone: string;
  kind: string;
  state: "heard" | "silent" | "never" | "unknown";
  last: number;
  sightings: number;
  since: number;
}

export interface Staff {
  devices: { ident: string; place: string; role: string; since: number; until: number | null; how: string; actor: string; who: string }[];
  proposals: { ident: string; ns: string; days: number; before: number; after: number; long: number; hours: number; last: number }[];
}

export const venueListQuery = () =>
  queryOptions({
    queryKey: ["venues"],
    queryFn: ({ signal }) => get<VenueList>("/api/venues", {}, signal),
    refetchInterval: 30_000,
  });

export const venueQuery = (code: string) =>
  queryOptions({
    queryKey: ["venues", code],
    queryFn: ({ signal }) => get<VenuePage>(`/api/venues/${encodeURIComponent(code)}`, {}, signal),
  });

export const storesQuery = (query: string, city: string, page: number) =>
  queryOptions({
    queryKey: ["stores", query, city, page],
    queryFn: ({ signal }) => get<{ total: number; stores: StoreRow[] }>("/api/stores", { query, city, page }, signal),
    placeholderData: keepPreviousData,
  });

export interface Period {
  from: string;
  to: string;
  store: string;
  region?: string;
  city?: string;
  store_format?: string;
  hours?: string;
}

export interface Calibration {
  by: "none" | "door" | "conversion" | "capture";
  value: number | null;
  low: number | null;
  high: number | null;
  days: number;
}

export interface Said {
  place: string;
  by: "conversion" | "capture";
  value: number;
  low: number;
  high: number;
  since: string;
  until: string;
  actor: string;
}

export const calibrationQuery = (store: string) =>
  queryOptions({
    queryKey: ["calibration", store],
    queryFn: ({ signal }) => get<{ said: Said[] }>("/api/calibration", { store }, signal),
  });

export const attendanceQuery = (period: Period) =>
  queryOptions({
    queryKey: ["attendance", period],
    queryFn: ({ signal }) => get<Attendance>("/api/attendance", { ...period }, signal),
    placeholderData: keepPreviousData,
    staleTime: 20_000,
  });

export const flowsQuery = (period: Period & { parties?: string }) =>
  queryOptions({
    queryKey: ["flows", period],
    queryFn: ({ signal }) => get<FlowLines>("/api/flows", { ...period }, signal),
    placeholderData: keepPreviousData,
    staleTime: 20_000,
  });

export const sensorsQuery = (store: string) =>
  queryOptions({
    queryKey: ["sensors", store],
    queryFn: async ({ signal }) => (await get<{ sensors: SensorRow[] }>("/api/sensors", { store }, signal)).sensors,
    refetchInterval: 15_000,
  });

export const staffQuery = (store: string) =>
  queryOptions({
    queryKey: ["staff", store],
    queryFn: ({ signal }) => get<Staff>("/api/staff", { store }, signal),
    refetchInterval: 30_000,
  });

/** How well a survey locates, of a floor, or of all (`floor` empty): metres, measured by leaving out whole walks. */
export interface FloorAccuracy {
  floor: string;
  scans: number;
  walks: number;
  mean_m: number | null;
  median_m: number | null;
  p75_m: number | null;
  radius68_m: number | null;
  floor_hit: number;
  mean_low: number | null;
  mean_high: number | null;
}

export interface SurveyPage {
  at: number;
  actor: string;
  scans: number;
  sensors: number;
  accuracy: { rows: FloorAccuracy[]; remarks: string[] };
}

export const surveyQuery = (store: string) =>
  queryOptions({
    queryKey: ["survey", store],
    queryFn: ({ signal }) => get<SurveyPage>(`/api/venues/${encodeURIComponent(store)}/survey`, {}, signal),
    staleTime: 60_000,
  });
