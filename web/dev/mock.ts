// A desk that lives in the development server.
import type { Plugin } from "vite";
export function mockDesk(): Plugin {
  return { name: "mock-desk" };
}
