/** A playlist as it is changed: pure, and written down as the platform reads it. */
import type { Playlist, Slide } from "../../api/codes";

export const emptySlide = (spot: string): Slide => ({
  spot, title: {}, text: {}, image: "", link: "", campaign: "", colour: "#12343b", seconds: 10, since: null, until: null,
  from: "00:00", to: "24:00",
});

export const emptyPlaylist = (): Playlist => ({
  code: "", screens: [{ code: "", place: "", zone: "" }], items: [emptySlide("spot-1")],
});

/** A code that no spot has yet. */
export function freeSpot(items: Slide[]): string {
  const taken = new Set(items.map((one) => one.spot));
  for (let n = items.length + 1; ; n++) if (!taken.has(`spot-${n}`)) return `spot-${n}`;
}

export function moved<T>(all: T[], at: number, by: number): T[] {
  const to = at + by;
  if (to < 0 || to >= all.length) return all;
  const next = [...all];
  const [one] = next.splice(at, 1);
  next.splice(to, 0, one as T);
  return next;
}

const words = (texts: Slide["title"]) => Object.fromEntries(Object.entries(texts).filter(([, text]) => text?.trim()));

/** What `POST /api/playlists` takes: screens and words that are empty are left out. */
export function written(playlist: Playlist): { playlists: Playlist[] } {
  const items = playlist.items.map((one) => ({ ...one, title: words(one.title), text: words(one.text) }));
  const screens = playlist.screens.filter((one) => one.code || one.place);
  return { playlists: [{ ...playlist, screens, items }] };
}

/** What is missing before it can be saved: the key of a text, or nothing. */
export function missing(playlist: Playlist): "code" | "screens" | "items" | "words" | "" {
  if (!playlist.code) return "code";
  if (!playlist.screens.some((one) => one.code && one.place)) return "screens";
  if (!playlist.items.length) return "items";
  const bare = (one: Slide) => !one.image && !Object.keys(words(one.title)).length && !Object.keys(words(one.text)).length;
  return playlist.items.some(bare) ? "words" : "";
}
