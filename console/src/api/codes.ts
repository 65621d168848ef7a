/** Codes, claims, screens, kiosks and shelves. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get } from "./client";
import type { Millis, Minor } from "./base";

export type LinkKind = "product" | "shelf" | "page";

export interface NewLink {
  kind: LinkKind;
  sku: string;
  place: string;
  campaign: string;
  target: string;
  label: string;
  code: string;
}

export interface LinkRow extends NewLink {
  made: Millis;
  actor: string;
  retired: Millis | null;
  /** What the product is called. */
  name: string;
  scans: number;
  members: number;
  last: Millis | null;
}

export interface Claim {
  claim: string;
  scene: string;
  path: string;
  until: Millis;
}

export interface ClaimUsed {
  ident: string;
  other: string;
  at: Millis;
  source: string;
  outcome: "linked" | "refused";
  reason: string;
  member: number | null;
}

/** A report as every `/api/report/NAME` gives it. */
export interface Report<Row> {
  rows: Row[];
  notes: string[];
}

export interface ScanRow {
  day?: string;
  store?: string;
  sku?: string;
  link?: string;
  campaign?: string;
  scans: number;
  known_scans: number;
  members: number;
}

export interface Slide {
  spot: string;
  title: { zh?: string; en?: string };
  text: { zh?: string; en?: string };
  image: string;
  link: string;
  campaign: string;
  colour: string;
  seconds: number;
  since: string | null;
  until: string | null;
  from: string;
  to: string;
}

export interface Playlist {
  code: string;
  screens: { code: string; place: string; zone: string }[];
  items: Slide[];
}

export interface ScreenRow {
  code: string;
  place: string;
  zone: string;
  playlist: string;
  /** What it shows now, empty where nothing is due. */
  spot: string;
  until: Millis | null;
  address: string;
  /** When it last asked, 0 where it has not since the platform started. */
  last: Millis;
}

export interface SpotRow {
  screen: string;
  spot: string;
  campaign: string;
  place: string;
  zone: string;
  plays: number;
  shown_ms: Millis;
  devices: number;
  looks: number;
  members: number;
}

export interface Turn {
  screen: string;
  spot: string;
  campaign: string;
  place: string;
  zone: string;
  start: Millis;
  end: Millis;
  devices: number;
}

export interface Exposure {
  member: number;
  screen: string;
  spot: string;
  campaign: string;
  start: Millis;
  overlap: Millis;
}

export interface KioskRow {
  place: string;
  name: string;
  city: string;
  address: string;
  last: Millis;
}

export interface ShelfRow {
  code: string;
  sku: string;
  place: string;
  name: string;
  brand: string;
  price: Minor | null;
  list_price: Minor | null;
  currency: string;
  stock: number | null;
  path: string;
  last: Millis;
}

export interface Period {
  from: string;
  to: string;
}

export const linksQuery = (query: string, kind: string, state: string, page: number) =>
  queryOptions({
    queryKey: ["links", query, kind, state, page],
    queryFn: ({ signal }) => get<{ total: number; links: LinkRow[] }>("/api/links", { query, kind, state, page }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });

export const scansQuery = (period: Period, by: string) =>
  queryOptions({
    queryKey: ["scans", period, by],
    queryFn: ({ signal }) => get<Report<ScanRow>>("/api/report/scans", { ...period, by }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });

export const claimsQuery = () =>
  queryOptions({
    queryKey: ["claims"],
    queryFn: async ({ signal }) => (await get<{ claims: ClaimUsed[] }>("/api/claims", {}, signal)).claims,
    refetchInterval: 5_000,
  });

export const playlistsQuery = () =>
  queryOptions({
    queryKey: ["playlists"],
    queryFn: async ({ signal }) => (await get<{ playlists: Playlist[] }>("/api/playlists", {}, signal)).playlists,
  });

export const screensQuery = () =>
  queryOptions({
    queryKey: ["screens"],
    queryFn: ({ signal }) => get<{ screens: ScreenRow[]; now: Millis }>("/api/screens", {}, signal),
    refetchInterval: 5_000,
  });

export const spotsQuery = (period: Period) =>
  queryOptions({
    queryKey: ["screens", "spots", period],
    queryFn: ({ signal }) => get<Report<SpotRow>>("/api/report/screens", { ...period }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });

export const turnsQuery = (period: Period, screen: string, spot: string) =>
  queryOptions({
    queryKey: ["screens", "plays", period, screen, spot],
    queryFn: async ({ signal }) =>
      (await get<{ plays: Turn[] }>("/api/screens/plays", { ...period, screen, spot }, signal)).plays,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });

export const exposuresQuery = (period: Period, spot: string) =>
  queryOptions({
    queryKey: ["screens", "exposures", period, spot],
    queryFn: async ({ signal }) =>
      (await get<{ exposures: Exposure[] }>("/api/screens/exposures", { ...period, spot }, signal)).exposures,
    placeholderData: keepPreviousData,
  });

export const kiosksQuery = () =>
  queryOptions({
    queryKey: ["kiosks"],
    queryFn: async ({ signal }) => (await get<{ kiosks: KioskRow[] }>("/api/devices/kiosks", {}, signal)).kiosks,
    refetchInterval: 10_000,
  });

export const shelvesQuery = (query: string, page: number) =>
  queryOptions({
    queryKey: ["shelves", query, page],
    queryFn: ({ signal }) => get<{ total: number; shelves: ShelfRow[] }>("/api/devices/shelves", { query, page }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
