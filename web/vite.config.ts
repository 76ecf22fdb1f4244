// How the app is built, served while one works on it, and tested.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { mockDesk } from "./dev/mock.ts";

const DESK = process.env.DESK ?? "http://localhost:8420";
const isMocked = process.env.MOCK === "1";
const SERVED_BY_DESK = ["/api", "/widget", "/help", "/shop"];

export default defineConfig({
  plugins: [svelte(), ...(isMocked ? [mockDesk()] : [])],
  build: {
    target: "es2022",
    // Browsers that know light-dark(): for older ones each colour would be written three times.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // A strict content policy allows neither inlined scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
  },
  server: {
    proxy: isMocked
      ? {}
      : Object.fromEntries(SERVED_BY_DESK.map((path) => [path, { target: DESK }])),
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
