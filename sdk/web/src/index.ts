/**
 * The script that a page includes:
 *
 *   <script>window.datong=window.datong||function(){(datong.q=datong.q||[]).push(arguments)}</script>
 *   <script async src="https://HOST/sdk/datong.js" data-key="WRITE KEY" data-consent="required"></script>
 *
 * and then `datong("product", { product_id: "p-1" })`, before or after it has loaded.
 */

import { Collector } from "./collector";

type Said = [name: string, ...rest: unknown[]];
interface Stub {
  (...said: Said): unknown;
  q?: ArrayLike<unknown>[];
}

const page = window as unknown as { datong?: Stub };
const script = document.currentScript as HTMLScriptElement | null;
const waiting = page.datong?.q ?? [];
let collector: Collector | undefined;

const datong: Stub = (...[name, ...rest]) => {
  if (name === "init") {
    collector ??= new Collector(rest[0] as ConstructorParameters<typeof Collector>[0]);
    return collector;
  }
  const method = collector?.[name as keyof Collector] as ((...said: unknown[]) => unknown) | undefined;
  if (typeof method === "function" && collector) return method.apply(collector, rest);
  console.warn(collector ? `datong: there is no ${name}` : 'datong: give the script data-key, or call datong("init", …)');
  return undefined;
};

page.datong = datong;
const said = script?.dataset;
if (said?.["key"]) {
  datong("init", {
    key: said["key"],
    host: said["host"] ?? new URL(script!.src).origin,
    consent: said["consent"] === "required",
    pages: said["pages"] !== "off",
  });
}
for (const one of waiting) datong(...(Array.from(one) as Said));
