/** The platform's events as they happen: server-sent, merged with what polling brought. */
import { useEffect, useMemo, useState } from "react";
import type { EventRow } from "../../api/types";

const KEPT = 80;

export type Connection = "live" | "lost";

function merged(old: EventRow[], fresh: EventRow[]): EventRow[] {
  const known = new Map(old.map((event) => [`${event.offset}/${event.id}`, event])); // many may lie at one offset
  for (const event of fresh) known.set(`${event.offset}/${event.id}`, event);
  return [...known.values()].sort((a, b) => b.offset - a.offset).slice(0, KEPT);
}

/** The latest events, newest first; `paused` keeps what is shown still. */
export function useStream(polled: EventRow[] | undefined, paused: boolean): { events: EventRow[]; connection: Connection } {
  const [pushed, setPushed] = useState<EventRow[]>([]);
  const [connection, setConnection] = useState<Connection>("lost");
  const [still, setStill] = useState<EventRow[] | null>(null);

  useEffect(() => {
    const source = new EventSource("/api/stream");
    source.onopen = () => setConnection("live");
    source.onerror = () => setConnection("lost");
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const rows = JSON.parse(data) as EventRow[];
      setPushed((old) => merged(old, rows));
    };
    return () => source.close();
  }, []);

  const events = useMemo(() => merged(pushed, polled ?? []), [pushed, polled]);
  if (paused && !still) setStill(events);
  if (!paused && still) setStill(null);
  return { events: still ?? events, connection };
}
