import { expect, it } from "vitest";
import { heatAxes } from "./charts";

it("puts the best products first and leaves no hour out", () => {
  const row = (sku: string, hour: number, amount: number) => ({ sku, hour, amount, quantity: 1, receipts: 1 });
  const rows = [row("B", 10, 500), row("A", 13, 300), row("A", 10, 300), row("C", 11, 10)];
  expect(heatAxes(rows, ({ amount }) => amount, 2)).toEqual({ skus: ["A", "B"], hours: [10, 11, 12, 13] });
});
