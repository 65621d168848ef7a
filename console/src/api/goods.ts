/** What the platform says of goods, stock, orders and transfers, and how to ask for it. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Why } from "../parts/refusal";
import { ApiError, get } from "./client";

const SECOND = 1000;

export interface GoodsRow {
  sku: string;
  name: string;
  category: string;
  brand: string;
  price: number;
  listed: boolean;
  style: string;
  colour: string;
  size: string;
  season: string;
  quantity: number;
  reserved: number;
  places: number;
  in_transit: number;
}

export interface StockRow {
  sku: string;
  place: string;
  quantity: number;
  reserved: number;
  available: number;
  in_transit: number;
  counted: number;
  moved: number;
}

export interface PriceRow {
  sku: string;
  place: string;
  region: string;
  channel: string;
  currency: string;
  start: number;
  until: number | null;
  amount: number;
  list: string;
}

export interface Movement {
  offset: number;
  line: number;
  place: string;
  ts: number;
  kind: string;
  quantity: number;
  counted: number | null;
  ref: string;
}

export interface KeptRow {
  id: string;
  key: string;
  channel: string;
  actor: string;
  ts: number;
  expires: number;
  place: string;
  open: number;
}

export interface SkuPage extends GoodsRow {
  unit: string;
  cost: number;
  gtins: string[];
  variants: { sku: string; name: string; colour: string; size: string }[];
  prices: PriceRow[];
  stock: StockRow[];
  kept: KeptRow[];
  movements: Movement[];
}

export interface Taken {
  rows: number;
  stored: number;
  known: number;
  quarantined: number;
  lines: { line: number; sku: string; code: string; message: string; hint: string; field: string }[];
}

export interface Finding {
  kind: "negative" | "promised" | "transit" | "miscounted";
  sku: string;
  place: string;
  quantity: number;
  at: number;
}

export interface Transfer {
  key: string;
  origin: string;
  target: string;
  state: "sent" | "received" | "cancelled";
  sent: number;
  changed: number;
  actor: string;
  lines: [string, number, number][];
}

export const ORDER_STATES = [
  "placed", "paid", "reserved", "picked", "shipped", "delivered", "ready", "collected", "returned", "cancelled", "refunded",
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export interface OrderStep {
  key: string;
  offset: number;
  kind: string;
  was: string;
  now: string;
  ts: number;
  actor: string;
  place: string;
  note: Record<string, unknown>;
  refused: string;
  why: Why;
}

/** A step that came before its order; `late` ones are findings. */
export interface WaitingStep {
  key: string;
  offset: number;
  kind: string;
  ts: number;
  actor: string;
  place: string;
  due: number;
  late?: boolean;
}

export interface OrderRow {
  key: string;
  state: OrderState;
  source: string;
  ref: string;
  place: string;
  channel: string;
  mode: "ship" | "collect";
  code: string;
  paid: boolean;
  amount: number;
  given: number;
  currency: string;
  placed: number;
  changed: number;
  next: string[];
  /** SKU, ordered, gone, back. */
  pieces: [string, number, number, number][];
}

export interface Reservation {
  id: string;
  state: string;
  place: string;
  actor: string;
  ts: number;
  expires: number | null;
  reason: string;
  why: Why;
  lines: [string, string, number, number][];
}

export interface OrderPage extends OrderRow {
  steps: OrderStep[];
  waiting: WaitingStep[];
  reservations: Reservation[];
  shipments: { offset: number; place: string; carrier: string; tracking: string; ts: number; pieces: [string, number][] }[];
  names: Record<string, string>;
  member: number | null;
  label: string;
}

export interface OrderList {
  states: Partial<Record<OrderState, number>>;
  total: number;
  items: OrderRow[];
}

export interface Report {
  name: string;
  title: string;
  columns: { name: string; title: string; kind: string }[];
  rows: Record<string, string | number | null>[];
  notes: string[];
}

export const goodsQuery = (query: string, store: string, page: number) =>
  queryOptions({
    queryKey: ["goods", query, store, page],
    queryFn: ({ signal }) => get<{ total: number; items: GoodsRow[] }>("/api/goods", { query, store, page }, signal),
    placeholderData: keepPreviousData,
    staleTime: 5 * SECOND,
  });

export const skuQuery = (sku: string) =>
  queryOptions({
    queryKey: ["goods", "one", sku],
    queryFn: ({ signal }) => get<SkuPage>("/api/goods/one", { sku }, signal),
    refetchInterval: 10 * SECOND,
  });

export const findingsQuery = () =>
  queryOptions({
    queryKey: ["stock", "findings"],
    queryFn: ({ signal }) => get<Finding[]>("/api/stock/findings", {}, signal),
    refetchInterval: 15 * SECOND,
  });

export const transfersQuery = (state: string) =>
  queryOptions({
    queryKey: ["transfers", state],
    queryFn: ({ signal }) => get<Transfer[]>("/api/transfers", { state }, signal),
    refetchInterval: 10 * SECOND,
    placeholderData: keepPreviousData,
  });

export const reportQuery = (name: string) =>
  queryOptions({
    queryKey: ["report", name],
    queryFn: ({ signal }) => get<Report>(`/api/report/${name}`, {}, signal),
    staleTime: 30 * SECOND,
  });

export const ordersQuery = (state: string, query: string, page: number) =>
  queryOptions({
    queryKey: ["orders", state, query, page],
    queryFn: ({ signal }) => get<OrderList>("/api/orders", { state, query, page }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 10 * SECOND,
  });

export const refusedQuery = () =>
  queryOptions({
    queryKey: ["orders", "refused"],
    queryFn: ({ signal }) => get<OrderStep[]>("/api/orders/refused", {}, signal),
    refetchInterval: 30 * SECOND,
  });

export const waitingQuery = () =>
  queryOptions({
    queryKey: ["orders", "waiting"],
    queryFn: ({ signal }) => get<WaitingStep[]>("/api/orders/waiting", {}, signal),
    refetchInterval: 30 * SECOND,
  });

export const orderQuery = (key: string) =>
  queryOptions({
    queryKey: ["orders", "one", key],
    queryFn: ({ signal }) => get<OrderPage>("/api/orders/one", { key }, signal),
    refetchInterval: 10 * SECOND,
  });

/** Hand over a file as it is; the answer tells line by line what is wrong. */
export async function sendFile<T>(path: string, file: Blob): Promise<T> {
  const response = await fetch(path, { method: "POST", credentials: "same-origin", body: file });
  const body = (await response.json()) as { code?: string; message?: string; hint?: string; field?: string };
  if (!response.ok) throw new ApiError(response.status, body.code ?? "", body.message ?? "", body.hint, body.field);
  return body as T;
}

/** A key as part of an address of the console, and back. */
export const pathOf = (page: string, key: string): string => `/${page}/${encodeURIComponent(key)}`;

export function keyFrom(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    return part ?? "";
  }
}
