import { expect, test } from "vitest";
import { tidyBase } from "../../parts/base";
import { digitalLink, gtin14 } from "./digital";

test("a GTIN has eight to fourteen digits, the last of which is right", () => {
  expect(gtin14("6901234567892")).toBe("06901234567892");
  expect(gtin14("96385074")).toBe("00000096385074");
  expect(gtin14("6901234567893")).toBe("");
  expect(gtin14("690123")).toBe("");
  expect(gtin14("690-1234 567892")).toBe("06901234567892");
});

test("a Digital Link names piece and store where they are given", () => {
  expect(digitalLink("https://a.example", "06901234567892", "", "")).toBe("https://a.example/01/06901234567892");
  expect(digitalLink("https://a.example", "06901234567892", "a/1", "S 1")).toBe(
    "https://a.example/01/06901234567892/21/a%2F1?store=S%201");
});

test("an address is cut down to where shoppers reach us", () => {
  expect(tidyBase(" https://shop.example/x?y ")).toBe("https://shop.example");
  expect(tidyBase("shop.example")).toBe("");
  expect(tidyBase("javascript:alert(1)")).toBe("");
});
