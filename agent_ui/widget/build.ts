// Builds dist/widget.js (the bubble) and dist/widget-chat.js (the rest, loaded late), and fails when both together outgrow 35 kB gzip.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type InlineConfig } from "vite";

const LIMIT_BYTES = 35_000;
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const config = (entry: string, fileName: string, name: string): InlineConfig => ({
  configFile: false,
  logLevel: "warn",
  publicDir: false,
  define: { "process.env.NODE_ENV": '"production"' },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: here("../dist"),
    emptyOutDir: false,
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    lib: { entry: here(entry), name, formats: ["iife"], fileName: () => fileName },
  },
});

await build(config("widget.ts", "widget.js", "HiloBubble"));
await build(config("mount.tsx", "widget-chat.js", "HiloChat"));

const sizes = ["widget.js", "widget-chat.js"].map(
  (file) => [file, gzipSync(readFileSync(here(`../dist/${file}`)), { level: 9 }).length] as const,
);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
console.log(
  `${sizes.map(([file, size]) => `${file} ${(size / 1000).toFixed(1)} kB`).join(", ")}; together ${(total / 1000).toFixed(1)} of ${LIMIT_BYTES / 1000} kB gzip`,
);
if (total > LIMIT_BYTES) {
  console.error("The chat bubble is too large.");
  process.exit(1);
}
