// How Svelte reads the components: runes everywhere, TypeScript inside them.
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default {
  compilerOptions: { runes: true },
  preprocess: vitePreprocess(),
};
