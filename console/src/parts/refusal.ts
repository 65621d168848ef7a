/** Why the platform refused something, in the reader's words: a code and what it speaks of. */
import { useWords } from "../i18n/language";

export interface Why {
  code: string;
  said: Record<string, unknown>;
}

/** Return what writes a refusal; `fallback` is the platform's own sentence, for a code this console does not know. */
export function useRefusal(): (why: Why | undefined, fallback: string) => string {
  const { t, maybe } = useWords();
  const written = (name: string, value: unknown): string => {
    if (Array.isArray(value)) return value.map((one) => written(name, one)).join(t("refusal.and"));
    return ["state", "step", "next"].includes(name) ? maybe(`state.${String(value)}`, String(value)) : String(value);
  };
  return (why, fallback) => {
    const text = why?.code ? maybe(`refusal.${why.code}`, "") : "";
    if (!text || !why) return fallback;
    return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => (name in why.said ? written(name, why.said[name]) : place));
  };
}
