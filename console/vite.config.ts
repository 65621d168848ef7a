import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The platform serves the built files under /console/; `npm run dev` passes API calls on to a running platform. */
export default defineConfig({
  base: "/console/",
  plugins: [react()],
  build: {
    outDir: "../src/datong/web/static/console",
    emptyOutDir: true,
    target: ["chrome123", "firefox120", "safari17.5"],
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8720" } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
