/** Light, dark, or as the system says; remembered. The page's first paint reads the same key. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const STORED = "datong.theme";
const ORDER: Theme[] = ["system", "light", "dark"];
const listeners = new Set<() => void>();
const system = window.matchMedia("(prefers-color-scheme: dark)");

function read(): Theme {
  const named = document.documentElement.dataset.theme;
  return named === "light" || named === "dark" ? named : "system";
}

function tell() {
  for (const listener of listeners) listener();
}

system.addEventListener("change", tell);

export function nextTheme(): void {
  const next = ORDER[(ORDER.indexOf(read()) + 1) % ORDER.length] ?? "system";
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // Storage is forbidden: the choice lasts until the page is closed.
  }
  tell();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, read);

/** "light" or "dark", whoever chose it: charts draw anew when it changes. */
export function useShade(): "light" | "dark" {
  return useSyncExternalStore(subscribe, () => {
    const theme = read();
    if (theme !== "system") return theme;
    return system.matches ? "dark" : "light";
  });
}
