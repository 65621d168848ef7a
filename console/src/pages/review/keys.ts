/** What a key means on the Review page. */

export type Action = "same" | "different" | "skip" | "undo" | "next";

const VOTING: Record<string, Action> = { y: "same", n: "different", s: "skip", u: "undo" };
const VOTED: Record<string, Action> = { Enter: "next", u: "undo" };

/** Nothing while somebody types, or with a modifier: those keys belong to the browser. */
export function actionOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "target">, voted: boolean): Action | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const element = event.target as { tagName?: string } | null;
  const tag = element?.tagName ?? "";
  if (["INPUT", "TEXTAREA", "SELECT"].includes(tag)) return null;
  if (event.key === "Enter" && ["A", "BUTTON"].includes(tag)) return null; // it presses what has the focus
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return (voted ? VOTED : VOTING)[key] ?? null;
}
