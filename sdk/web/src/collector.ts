/** The collector: pages, products, carts and searches of one visitor, in the words of Segment's API. */

import { type Call, Queue } from "./queue";
import { forget, read, uuid, write } from "./store";

export interface Options {
  /** Write key of the touchpoint (kind `web`). */
  key: string;
  /** Where the platform answers; the script's own host by default. */
  host: string;
  /** Whether nothing is kept or sent before `consent(true)`. */
  consent?: boolean;
  /** Whether pages are told by themselves, also when only the address changes; true by default. */
  pages?: boolean;
}

type Fields = Record<string, unknown>;
export type Product = Fields & { product_id: string };

const CART = { view: "Cart Viewed", add: "Product Added", remove: "Product Removed" } as const;
const HELD = 100;

export class Collector {
  private queue: Queue;
  private held: Call[] = [];
  private at = "";

  constructor(private options: Options) {
    this.queue = new Queue(`${options.host.replace(/\/$/, "")}/v1/batch`, options.key);
    if (options.pages !== false) this.watch();
    addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.leave();
    });
    if (this.allowed()) this.queue.soon(0); // what the last page left behind
  }

  page(name = "", properties: Fields = {}): void {
    const { pathname: path, search, href: url } = location;
    this.at = path + search;
    this.tell("page", { name, properties: { path, search, url, title: document.title, referrer: document.referrer, ...properties } });
  }

  track(event: string, properties: Fields = {}): void {
    this.tell("track", { event, properties });
  }

  product(product: Product): void {
    this.track("Product Viewed", product);
  }

  /** `view` tells the whole cart (a list of products), `add` and `remove` one product. */
  cart(action: keyof typeof CART, what: Product | Product[] = []): void {
    this.track(CART[action], Array.isArray(what) ? { products: what } : what);
  }

  search(query: string, properties: Fields = {}): void {
    this.track("Products Searched", { query, ...properties });
  }

  identify(userId: string, traits: Fields = {}): void {
    write("user", userId);
    this.tell("identify", { traits });
  }

  /** Say what the visitor allows: yes or no to all, or by purpose; what was held back is then sent, or forgotten. */
  consent(granted: boolean | Record<string, boolean>): void {
    const before = this.allowed();
    const all = typeof granted === "boolean" ? { analytics: granted } : granted;
    const now = all["analytics"] ?? before;
    write("consent", now);
    if (now || before) {
      for (const purpose in all) this.now("track", { event: "Consent Changed", properties: { purpose, granted: all[purpose] } });
    }
    const held = this.held;
    this.held = [];
    if (now) {
      for (const call of held) this.keep(call);
    } else if (before) {
      void this.queue.flush().then(() => forget("id", "user", "q")); // the withdrawal is told, then nothing is kept
    }
  }

  /** Forget who it is, as after a logout: what follows is another visitor's. */
  reset(): void {
    forget("id", "user");
  }

  anonymousId(): string {
    const known = read<string>("id") ?? uuid();
    write("id", known);
    return known;
  }

  private allowed(): boolean {
    return read<boolean>("consent") ?? !this.options.consent;
  }

  private tell(type: string, fields: Fields): void {
    this.now(type, fields, !this.allowed());
  }

  private now(type: string, fields: Fields, hold = false): void {
    const call: Call = { type, messageId: uuid(), timestamp: new Date().toISOString(), ...fields };
    if (!hold) this.keep(call);
    else if (read<boolean>("consent") === null && this.held.length < HELD) this.held.push(call);
  }

  private keep(call: Call): void {
    const userId = read<string>("user");
    this.queue.put({ ...call, anonymousId: this.anonymousId(), ...(userId ? { userId } : {}) });
  }

  private leave(): void {
    if (this.allowed()) this.queue.leave();
  }

  /** Tell this page, and each one that a script of the page moves on to. */
  private watch(): void {
    const moved = () => {
      if (location.pathname + location.search !== this.at) this.page();
    };
    for (const name of ["pushState", "replaceState"] as const) {
      const own = history[name].bind(history);
      history[name] = (...said: Parameters<History["pushState"]>) => {
        own(...said);
        setTimeout(moved); // the page sets its title first
      };
    }
    addEventListener("popstate", () => setTimeout(moved));
    moved();
  }
}
