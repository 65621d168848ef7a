import { expect, it } from "vitest";
import { levelOf } from "./level";

it("parts a level's name from its figure", () => {
  expect(levelOf("similar 0.88")).toEqual({ word: "similar", figure: "0.88" });
  expect(levelOf("same year, typos 2")).toEqual({ word: "same_year_typos", figure: "2" });
  expect(levelOf("within 5 %")).toEqual({ word: "within", figure: "5 %" });
  expect(levelOf("exact")).toEqual({ word: "exact", figure: "" });
  expect(levelOf("")).toEqual({ word: "", figure: "" });
});
