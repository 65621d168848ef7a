import { expect, it } from "vitest";
import { heatAxes } from "./charts";

it("keeps the ranking's order, leaves no hour out and lines without a product aside", () => {
  const row = (sku: string | undefined, hour: number) => ({ sku, hour, amount: 300, quantity: 1, receipts: 1 });
  const rows = [row("B", 10), row("A", 13), row("C", 11), row(undefined, 12)];
  expect(heatAxes(rows, [row("C", 0), row(undefined, 0), row("A", 0)])).toEqual({ skus: ["C", "A"], hours: [10, 11, 12, 13] });
});
