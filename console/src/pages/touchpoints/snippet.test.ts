import { expect, test } from "vitest";
import { curl, goodName, KINDS, newKey, toml } from "./snippet";

const of = (kind: string) => KINDS.find((one) => one.kind === kind)!;

test("a touchpoint's lines name kind, key and place", () => {
  expect(toml(of("wifi"), "air", "K", "mall", "push")).toBe(
    '[touchpoints.air]\nkind = "wifi"\nwrite_key = "K"\nplace = "mall"\n');
});

test("who proves themselves otherwise gets no key, and a broker's frames need none", () => {
  const mist = toml(of("mist"), "mist", "K", "mall", "push");
  expect(mist).not.toContain("write_key");
  expect(mist).toContain('[touchpoints.mist.settings]\nsecret = { file = "secrets/mist" }');
  expect(toml(of("wifi"), "air", "K", "", "mqtt")).toContain("[touchpoints.air.mqtt]");
});

test("samples are JSON, and keys are long and not the same twice", () => {
  for (const one of KINDS) if (one.sample) expect(() => JSON.parse(one.sample!)).not.toThrow();
  expect(curl("https://a.example", of("web"), "w", "K")).toContain("https://a.example/v1/batch");
  expect(newKey()).toMatch(/^[A-Za-z2-9]{24}$/);
  expect(newKey()).not.toBe(newKey());
  expect([goodName("till-2"), goodName("a b"), goodName("")]).toEqual([true, false, false]);
});
