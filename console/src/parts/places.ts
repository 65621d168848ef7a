/** The names of venues and zones by their codes. */
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { liveQuery } from "../api/queries";
import type { Live } from "../api/types";

function namesOf(live: Live): Record<string, string> {
  return Object.fromEntries([
    ...live.venues.map(({ place, name }) => [place, name]),
    ...live.floors.flatMap((floor) => floor.zones.map(({ zone, name }) => [zone, name])),
  ]);
}

/** A code's name, or the code where no name is known. */
export function usePlaceNames(): (code: string) => string {
  const { data } = useQuery({ ...liveQuery(), refetchInterval: false, staleTime: Infinity, select: namesOf });
  return useCallback((code: string) => data?.[code] || code, [data]);
}
