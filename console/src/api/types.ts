/** What the platform's console API sends, by area. Times are milliseconds UTC, money is whole minor units. */
export * from "./base";
export * from "./campaigns";
export * from "./identity";
export * from "./live";
export * from "./members";
export * from "./quarantine";
export * from "./sales";
