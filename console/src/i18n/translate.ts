export type Values = Record<string, string | number>;

/** Put values into the places "{name}" of a text; a place without a value stays visible. */
export function translate(text: string, values: Values = {}): string {
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
