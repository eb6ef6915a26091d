/** Builds the console into dist/: one page, one style sheet, hashed names that may be cached for ever. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const hub = process.env["HILO_URL"] ?? "http://127.0.0.1:8080";

const PAGES = /words\/messages|src\/(supervise|admin|channels|writing|unwanted)\/|style\/(writing|editor)|squire-rte|dompurify|style\/channels|(Customers|Commitments)Page|(customer|thread)\/\w+Dialog|thread\/(aside\/|Enclosed|places)/u;

/** What a file holds is told by its name: whose words, in which language. */
const named = ({ name, facadeModuleId }: { name: string; facadeModuleId: string | null }) => {
  if (/\/src\/(writing|thread\/aside)\//u.test(facadeModuleId ?? "")) return `assets/Asked-${name}-[hash].js`;
  const words = facadeModuleId?.includes("/words/messages/") ? (facadeModuleId.includes("/channels/") ? "Administration-words-" : "words-") : "";
  return `assets/${words}${name}-[hash].js`;
};

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    // All that the inbox needs in one file, which packs better than several; the pages beside it each in one of their own.
    rolldownOptions: { output: { chunkFileNames: named, codeSplitting: { groups: [{ name: "hilo", test: (id: string) => !PAGES.test(id) }] } } },
  },
  server: { proxy: { "/api": hub, "/widget": hub, "/socket.io": { target: hub, ws: true } } },
});
