import { defineConfig } from "vite";

/** The browser collector of sdk/web as one script, which the platform serves at /sdk/datong.js. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../src/datong/web/static/sdk",
    emptyOutDir: true,
    target: ["chrome87", "firefox78", "safari14"],
    lib: { entry: "../sdk/web/src/index.ts", formats: ["iife"], name: "datongCollector", fileName: () => "datong.js" },
  },
});
