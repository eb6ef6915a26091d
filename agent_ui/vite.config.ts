/** Builds the console into dist/: one page, one style sheet, hashed names that may be cached for ever. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const hub = process.env["HILO_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [svelte()],
  build: { target: "es2023", assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  server: { proxy: { "/api": hub, "/widget": hub, "/socket.io": { target: hub, ws: true } } },
});
