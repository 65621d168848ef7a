/** GS1 Digital Links: the address that a garment's GTIN makes. */

/** The digits of a GTIN as fourteen, or nothing where they are none: the last digit checks the others. */
export function gtin14(text: string): string {
  const digits = text.replaceAll(/[\s-]/g, "");
  if (!/^(\d{8}|\d{12,14})$/.test(digits)) return "";
  const padded = digits.padStart(14, "0");
  const sum = [...padded.slice(0, 13)].reduce((all, digit, at) => all + Number(digit) * (at % 2 ? 1 : 3), 0);
  return (10 - (sum % 10)) % 10 === Number(padded[13]) ? padded : "";
}

export function digitalLink(base: string, gtin: string, serial: string, store: string): string {
  const piece = serial ? `/21/${encodeURIComponent(serial)}` : "";
  return `${base}/01/${gtin}${piece}${store ? `?store=${encodeURIComponent(store)}` : ""}`;
}
