// Sends one call of each kind through Segment's official library, then waits until all are delivered.
import { Analytics } from "@segment/analytics-node";

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ host, writeKey, flushAt: 4, flushInterval: 200 });
const failures = [];
analytics.on("error", (error) => failures.push(String(error.code ?? error)));

const userId = "node-user";
analytics.identify({ userId, traits: { name: "Li Lei", email: "lilei@example.com", plan: "gold" } });
analytics.track({
  userId,
  event: "Order Completed",
  properties: { order_id: "node-1", revenue: 39.8, currency: "CNY", products: [{ sku: "A", price: 19.9, quantity: 2 }] },
});
analytics.track({ anonymousId: "node-anonymous", event: "Product Viewed", properties: { sku: "A", price: 19.9 } });
analytics.page({ userId, category: "shop", name: "Home", properties: { path: "/" } });
analytics.screen({ userId, name: "Start" });
analytics.group({ userId, groupId: "club", traits: { name: "The club" } });
analytics.alias({ userId, previousId: "node-before" });
analytics.track({ userId, event: "Nonsense" });
await analytics.flush({ close: true });
if (failures.length) {
  console.error(failures.join("\n"));
  process.exit(1);
}
