import { expect, it } from "vitest";
import type { PolicyRow } from "../../api/types";
import { changed } from "./changes";

const row = (name: string): PolicyRow => ({
  name, family: "online", priority: 5, limit: 3, window: "365d", merges: "yes", creates: true, verified: true, ttl: "",
  persons: 4, unique: false, blocked: 0, shared: 0, registered: 0, held: 0, changed: false, breaker: null,
});

it("sends only what differs from the policy in force", () => {
  const rows = [row("phone"), row("email")];
  expect(changed(rows, { phone: { limit: 1, verified: true }, email: { limit: 3 } })).toEqual({ phone: { limit: 1 } });
  expect(changed(rows, { phone: { limit: undefined } })).toEqual({});
});
