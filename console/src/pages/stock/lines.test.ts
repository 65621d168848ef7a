import { describe, expect, it } from "vitest";
import { readLines } from "./lines";

describe("lines a person typed", () => {
  it("reads a SKU and how many, one where it is not said", () => {
    expect(readLines("A-38 2\n\n B-1 \nC;1.5")).toEqual([
      { sku: "A-38", quantity: 2 }, { sku: "B-1", quantity: 1 }, { sku: "C", quantity: 1.5 },
    ]);
  });

  it("reads nothing where a line is no line", () => {
    expect(readLines("A-38 two pieces")).toBeNull();
    expect(readLines("A-38 0")).toBeNull();
    expect(readLines("")).toEqual([]);
  });
});
