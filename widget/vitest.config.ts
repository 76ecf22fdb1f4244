// Tests run on Node; those of the screen ask for a document of their own.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/**/*.test.ts"], css: false },
});
