import { join } from 'node:path';
import type { NextConfig } from 'next';

const config: NextConfig = {
  output: 'standalone',
  // The monorepo's root: packages are installed there, so `.next/standalone` mirrors it.
  outputFileTracingRoot: join(import.meta.dirname, '../..'),
  poweredByHeader: false,
  reactStrictMode: true,
  // No page optimizes images.
  images: { unoptimized: true },
  // `npm run typecheck` is the one place that checks types, with the same TypeScript as everywhere else.
  typescript: { ignoreBuildErrors: true },
  agentRules: false,
  experimental: {
    // The container starts because a visitor waits for one page, so load only that page.
    preloadEntriesOnStart: false,
  },
};

export default config;
