/** What the platform says of its touchpoints and sensors. */
import { queryOptions } from "@tanstack/react-query";
import { get } from "./client";

export interface Line {
  name: string;
  transport: "mqtt" | "drop" | "poll";
  where: string;
  state: "starting" | "ok" | "failing" | "stopped";
  since: number;
  reason: string;
  frames: number;
  last: number;
}

export interface Source {
  name: string;
  kind: string;
  place: string;
  received: number;
  stored: number;
  known: number;
  quarantined: number;
  skipped: number;
  refused: number;
  lost: number;
  last: number;
  today: number;
  ever_quarantined: number;
  lines: Line[];
}

export interface SensorState {
  code: string;
  place: string;
  zone: string;
  kind: string;
  state: "heard" | "silent" | "never" | "unknown";
  last: number;
  sightings: number;
  since: number;
}

export const touchpointsQuery = () =>
  queryOptions({
    queryKey: ["touchpoints"],
    queryFn: ({ signal }) => get<{ touchpoints: Source[]; sensors: SensorState[]; now: number }>("/api/touchpoints", {}, signal),
    refetchInterval: 5000,
  });
