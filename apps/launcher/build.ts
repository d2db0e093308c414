import { build } from 'esbuild';

/**
 * Dependencies of features of dockerode, node-pg-migrate and pg-boss that the launcher doesn't use (engines over SSH, BuildKit sessions,
 * migrations in TypeScript, schedules). They would take a third of the launcher's memory when idle.
 */
const UNUSED = new Map([
  ['ssh2', ''],
  ['@grpc/grpc-js', ''],
  ['@grpc/proto-loader', ''],
  // Bodies are read by body.ts.
  ['body-parser', ''],
  // pg-boss' schedules: events run as soon as they arrive.
  ['cron-parser', ''],
  ['rrule-temporal', ''],
  ['jiti', 'exports.createJiti = () => undefined;'],
]);

// CommonJS, because dockerode breaks when it is bundled as a module.
await build({
  entryPoints: ['src/main.ts'],
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'cjs',
  define: { 'import.meta.dirname': '__dirname' },
  // Loaded code stays in memory, so it is minified; names are kept for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  outfile: 'dist/main.cjs',
  plugins: [
    {
      name: 'unused',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^[@a-z]/ }, ({ path }) => (UNUSED.has(path) ? { path, namespace: 'unused' } : undefined));
        onLoad({ filter: /./, namespace: 'unused' }, ({ path }) => ({
          contents: UNUSED.get(path) ?? '',
          loader: 'js',
        }));
      },
    },
  ],
});
