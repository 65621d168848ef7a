/** What was changed against the policy in force. */
import type { PolicyChange, PolicyRow } from "../../api/types";

export type Changes = PolicyChange;

/** Only namespaces and fields whose value is another one; a value typed back to what it was is no change. */
export function changed(rows: PolicyRow[], changes: Record<string, Changes>): Record<string, Changes> {
  const found: Record<string, Changes> = {};
  for (const row of rows) {
    const fields = Object.entries(changes[row.name] ?? {}).filter(
      ([field, value]) => value !== undefined && value !== row[field as keyof Changes],
    );
    if (fields.length) found[row.name] = Object.fromEntries(fields);
  }
  return found;
}
