import { expect, it } from "vitest";
import { actionOf } from "./keys";

const press = (key: string, more: object = {}) =>
  ({ key, ctrlKey: false, metaKey: false, altKey: false, target: { tagName: "BODY" }, ...more }) as unknown as KeyboardEvent;

it("votes by y, n and s, and goes on only after a vote", () => {
  expect(["y", "N", "s", "u", "Enter", "x"].map((key) => actionOf(press(key), false))).toEqual([
    "same", "different", "skip", "undo", null, null,
  ]);
  expect(["y", "n", "Enter", "u"].map((key) => actionOf(press(key), true))).toEqual([null, null, "next", "undo"]);
});

it("leaves keys alone that belong to somebody else", () => {
  expect(actionOf(press("y", { ctrlKey: true }), false)).toBeNull();
  expect(actionOf(press("n", { target: { tagName: "INPUT" } }), false)).toBeNull();
  expect(actionOf(press("Enter", { target: { tagName: "BUTTON" } }), true)).toBeNull();
});
