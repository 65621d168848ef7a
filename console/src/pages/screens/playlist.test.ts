import { expect, test } from "vitest";
import { emptyPlaylist, emptySlide, freeSpot, missing, moved, written } from "./playlist";

test("a playlist says what is missing, step by step", () => {
  const list = emptyPlaylist();
  expect(missing(list)).toBe("code");
  const named = { ...list, code: "spring" };
  expect(missing(named)).toBe("screens");
  const hung = { ...named, screens: [{ code: "door-1", place: "mall", zone: "" }] };
  expect(missing(hung)).toBe("words");
  expect(missing({ ...hung, items: [] })).toBe("items");
  expect(missing({ ...hung, items: [{ ...emptySlide("a"), title: { en: " " } }] })).toBe("words");
  expect(missing({ ...hung, items: [{ ...emptySlide("a"), title: { en: "Hi" } }] })).toBe("");
});

test("what is empty is not written down", () => {
  const list = { ...emptyPlaylist(), code: "a", items: [{ ...emptySlide("a"), title: { en: "Hi", zh: "" } }] };
  const [one] = written(list).playlists;
  expect(one?.screens).toEqual([]);
  expect(one?.items[0]?.title).toEqual({ en: "Hi" });
});

test("spots are moved, and new ones get a code of their own", () => {
  expect(moved([1, 2, 3], 0, 1)).toEqual([2, 1, 3]);
  expect(moved([1, 2, 3], 0, -1)).toEqual([1, 2, 3]);
  expect(freeSpot([emptySlide("spot-2")])).toBe("spot-3");
});
