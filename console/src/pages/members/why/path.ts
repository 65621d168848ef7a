/** The evidence between two identifiers, in the order one walks it. */
import type { Evidence } from "../../../api/types";

export interface Hop {
  from: string;
  to: string;
  edge: Evidence;
}

/** Turn each edge of a path so that it starts where the one before ended. */
export function walk(edges: Evidence[], start: string): Hop[] {
  let from = start;
  return edges.map((edge) => {
    const hop = { from, to: edge.a === from ? edge.b : edge.a, edge };
    from = hop.to;
    return hop;
  });
}

/** What is drawn: the edges whose ends are both there; a pair that is held together twice is drawn once. */
export function drawn(edges: Evidence[], keys: Set<string>): Evidence[] {
  const found = new Map<string, Evidence>();
  for (const edge of edges) {
    if (!keys.has(edge.a) || !keys.has(edge.b)) continue;
    const pair = edge.a < edge.b ? `${edge.a} ${edge.b}` : `${edge.b} ${edge.a}`;
    const before = found.get(pair);
    if (!before || (edge.active && !before.active)) found.set(pair, edge);
  }
  return [...found.values()];
}
