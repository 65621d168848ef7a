import { expect, it } from "vitest";
import { toCsv } from "./csv";

it("quotes commas, quotes and line breaks", () => {
  expect(toCsv(["a", "b"], [['x,"y"', 1], ["two\nlines", null]])).toBe('\uFEFFa,b\r\n"x,""y""",1\r\n"two\nlines",\r\n');
});

it("disarms text that a spreadsheet would run, but not numbers", () => {
  expect(toCsv(["a"], [["=1+1"], ["+86 138"], [-5]])).toBe("\uFEFFa\r\n'=1+1\r\n'+86 138\r\n-5\r\n");
});
