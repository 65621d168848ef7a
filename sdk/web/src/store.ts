/** What is kept in the browser: under one prefix in localStorage, or in memory where the browser forbids that. */

const memory: Record<string, string> = {};
const prefix = "datong.";

export function read<T>(name: string): T | null {
  try {
    const text = localStorage.getItem(prefix + name) ?? memory[name];
    return text ? (JSON.parse(text) as T) : null;
  } catch {
    return null;
  }
}

export function write(name: string, value: unknown): void {
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(prefix + name, text);
    delete memory[name];
  } catch {
    memory[name] = text; // full or forbidden: it lives as long as the page
  }
}

export function forget(...names: string[]): void {
  for (const name of names) {
    delete memory[name];
    try {
      localStorage.removeItem(prefix + name);
    } catch {
      /* there was nothing to forget */
    }
  }
}

/** Return a random UUID, on pages without a secure context too. */
export function uuid(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 15) | 64;
  bytes[8] = (bytes[8]! & 63) | 128;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
