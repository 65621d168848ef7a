import { expect, it } from "vitest";
import type { Evidence } from "../../../api/types";
import { drawn, walk } from "./path";

const edge = (id: number, a: string, b: string, active = true): Evidence => ({
  id, a, b, active, kind: "deterministic", confidence: 1, at: 0, cause: "", model: "",
});

it("walks from the start, whichever way an edge was written", () => {
  const hops = walk([edge(1, "card", "phone"), edge(2, "cookie", "phone"), edge(3, "cookie", "mail")], "card");
  expect(hops.map(({ from, to }) => [from, to])).toEqual([
    ["card", "phone"],
    ["phone", "cookie"],
    ["cookie", "mail"],
  ]);
});

it("draws each pair once, the active evidence first, and nothing that leads away", () => {
  const keys = new Set(["card", "phone"]);
  const found = drawn([edge(1, "card", "phone", false), edge(2, "phone", "card"), edge(3, "card", "gone")], keys);
  expect(found.map(({ id }) => id)).toEqual([2]);
});
