/** The pages by what they are about, and which groups of them stand open: as chosen, else as many as fit. */
import { useState } from "react";
import type { IconName } from "./icons";

/** A page's name is its address, its icon and its word. */
export const GROUPS = [
  ["now", ["live"]],
  ["people", ["members", "review", "linking", "policy", "privacy"]],
  ["trade", ["sales", "orders", "goods", "stock"]],
  ["places", ["venues"]],
  ["speaking", ["campaigns", "scenes"]],
  ["sources", ["touchpoints", "codes", "screens", "quarantine"]],
] as const satisfies readonly (readonly [string, readonly IconName[]])[];

export type Group = (typeof GROUPS)[number][0];

const STORED = "datong.nav";
const LINK = 33; // px, as in layout.css
const TITLE = 27;
const REST = 222; // brand, clock, settings and margins

type Chosen = Partial<Record<Group, boolean>>;

/** Whether `links` in so many columns under `titles` need no scrolling in a window of this height (px). */
export const fits = (height: number, columns: number, links: number, titles: number): boolean =>
  (links / columns) * (columns > 1 ? 46 : LINK) + titles * TITLE + REST <= height;

export const isOpen = (chosen: Chosen, group: Group, all: boolean): boolean => chosen[group] ?? all;

function stored(): Chosen {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? "{}") as Chosen;
  } catch {
    return {};
  }
}

/** Which groups are open, and a way to turn one over; remembered. */
export function useGroups(columns: number): { open: (group: Group) => boolean; turn: (group: Group) => void } {
  const [chosen, setChosen] = useState(stored);
  const links = GROUPS.reduce((sum, [, names]) => sum + names.length, 0);
  const all = fits(window.innerHeight, columns, links, GROUPS.filter(([, names]) => names.length > 1).length);
  const open = (group: Group) => isOpen(chosen, group, all);
  const turn = (group: Group) => {
    const next = { ...chosen, [group]: !open(group) };
    setChosen(next);
    try {
      localStorage.setItem(STORED, JSON.stringify(next));
    } catch {
      // Storage is forbidden: the choice lasts until the page is closed.
    }
  };
  return { open, turn };
}
