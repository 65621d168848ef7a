/** The calls that wait to be sent: bounded, kept over page loads, sent in batches, again until they are taken. */

import { read, write } from "./store";

export interface Call {
  type: string;
  messageId: string;
  timestamp: string;
  [field: string]: unknown;
}

const MOST = 500;
const BATCH = 50;
const BYTES = 60_000; // a browser takes 64 KiB of a page that is going away
const LONGEST = 60_000;

export class Queue {
  private timer = 0;
  private failures = 0;
  private busy = false;
  private shut = false;

  constructor(
    private url: string,
    private key: string,
  ) {
    addEventListener("online", () => this.soon(0));
  }

  /** Keep a call; the oldest goes where more than MOST wait. */
  put(call: Call): void {
    write("q", [...this.all(), call].slice(-MOST));
    if (!this.timer && !this.busy) this.soon(1_000);
  }

  soon(wait: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), wait) as unknown as number;
  }

  /** Hand what waits to the browser, as the page may not live to see an answer; it is sent again on the next page. */
  leave(): void {
    const calls = this.part();
    if (calls.length && !this.shut && navigator.onLine !== false) navigator.sendBeacon(this.url, this.body(calls));
  }

  async flush(count = BATCH): Promise<void> {
    this.timer = 0;
    const calls = this.part(count);
    if (this.busy || this.shut || !calls.length || navigator.onLine === false) return;
    this.busy = true;
    let wait = 0;
    let next = BATCH;
    try {
      const answer = await fetch(this.url, { method: "POST", body: this.body(calls), keepalive: true, credentials: "omit" });
      const status = answer.status;
      if (status === 429 || status >= 500) {
        wait = 1_000 * Number(answer.headers.get("retry-after")) || this.later();
      } else if (status === 401 || status === 403 || status === 404) {
        this.shut = true; // the key is wrong: what waits is kept for a page where it is right
      } else if (status >= 400 && calls.length > 1) {
        next = calls.length >> 1; // one of them is at fault: find it by halves
      } else {
        this.drop(calls);
        this.failures = 0;
      }
    } catch {
      wait = this.later();
    }
    this.busy = false;
    if (wait) this.soon(wait);
    else if (!this.shut && this.all().length) await this.flush(next);
  }

  private later(): number {
    return Math.min(LONGEST, 1_000 * 2 ** this.failures++) * (0.5 + Math.random() / 2);
  }

  private all(): Call[] {
    return read<Call[]>("q") ?? [];
  }

  private drop(calls: Call[]): void {
    const gone = new Set(calls.map((call) => call.messageId));
    write("q", this.all().filter((call) => !gone.has(call.messageId)));
  }

  private part(count = BATCH): Call[] {
    const found: Call[] = [];
    let size = 200;
    for (const call of this.all().slice(0, count)) {
      size += new Blob([JSON.stringify(call)]).size + 1;
      if (found.length && size > BYTES) break;
      found.push(call);
    }
    return found;
  }

  /** Plain text and the key in the body: the browser then asks no leave of another host first. */
  private body(batch: Call[]): Blob {
    const told = { writeKey: this.key, sentAt: new Date().toISOString(), batch };
    return new Blob([JSON.stringify(told)], { type: "text/plain" });
  }
}
