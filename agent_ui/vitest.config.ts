/** Unit tests of the console's plain logic; pages are tested in a real browser by the Python tests. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  test: { include: ["src/**/*.test.ts"], setupFiles: ["src/ui/speak.ts"] },
});
