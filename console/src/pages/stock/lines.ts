/** Lines a person typed: a SKU and how many, one a line; null where one cannot be read. */
export function readLines(text: string): { sku: string; quantity: number }[] | null {
  const found: { sku: string; quantity: number }[] = [];
  for (const line of text.split("\n").map((one) => one.trim()).filter(Boolean)) {
    const [, sku, pieces] = /^([^\s,;×]+)(?:[\s,;×]+(\d+(?:\.\d+)?))?$/.exec(line) ?? [];
    const quantity = pieces === undefined ? 1 : Number(pieces);
    if (!sku || !(quantity > 0)) return null;
    found.push({ sku, quantity });
  }
  return found;
}
