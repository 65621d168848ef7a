import { describe, expect, it } from "vitest";
import { en } from "./en";
import { translate } from "./translate";
import { word } from "./words";
import { zh } from "./zh";

const sources = import.meta.glob("../**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true }) as Record<string, string>;
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe("texts", () => {
  it("has the same keys in both languages", () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  });

  it("has the same places in both languages", () => {
    for (const [key, text] of Object.entries(en)) {
      expect(places(zh[key as keyof typeof en]), key).toEqual(places(text));
    }
  });

  it("has no empty and no untranslated text", () => {
    const shared = new Set(["app.csv", "app.language", "touchpoints.transport.mqtt", "draw.sensor.wifi"]);
    for (const [key, text] of Object.entries(en)) {
      const chinese = zh[key as keyof typeof en];
      expect(chinese.trim(), key).not.toBe("");
      if (!shared.has(key) && !key.startsWith("kind.")) expect(chinese, key).not.toBe(text);
    }
  });

  it("has no text that nothing shows", () => {
    const code = Object.entries(sources)
      .filter(([path]) => !path.includes("i18n"))
      .map(([, text]) => text)
      .join("\n");
    const made = [...code.matchAll(/`([a-z.]+\.)\$\{/g)].map(([, start]) => start ?? "");
    const unused = Object.keys(en).filter(
      (key) => !code.includes(`"${key}"`) && !made.some((start) => key.startsWith(start)),
    );
    expect(unused).toEqual([]);
  });
});

describe("translate", () => {
  it("fills places, and leaves one without a value visible", () => {
    expect(translate("{count} of {total}", { count: 3 })).toBe("3 of {total}");
  });
});

describe("word", () => {
  it("knows the field's words and keeps what it does not know", () => {
    expect(word("zh-CN", "Receipt Issued")).toBe("收银小票");
    expect(word("en", "Receipt Issued")).toBe("Receipt Issued");
    expect(word("en", "garment_rack")).toBe("Garment rack");
    expect(word("zh-CN", "garment_rack")).toBe("garment rack");
  });
});
