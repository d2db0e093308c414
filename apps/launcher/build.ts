import { build } from 'esbuild';

/**
 * Dependencies of features that the launcher doesn't use: engines over SSH, BuildKit sessions and builds, migrations in TypeScript,
 * schedules, log transports, static files. They would take half of the launcher's memory when idle.
 */
const UNUSED = new Map([
  ['ssh2', ''],
  ['@grpc/grpc-js', ''],
  ['@grpc/proto-loader', ''],
  ['protobufjs', ''],
  ['tar-fs', ''],
  // Engines over TLS, and compressed contexts of builds.
  ['https', ''],
  ['zlib', ''],
  // Node has the original of this copy.
  ['readable-stream', "module.exports = require('node:stream');"],
  // Bodies are read by body.ts.
  ['body-parser', ''],
  // pg-boss' schedules: events run as soon as they arrive.
  ['cron-parser', ''],
  ['rrule-temporal', ''],
  ['jiti', 'exports.createJiti = () => undefined;'],
  ['glob', ''],
  ['thread-stream', ''],
  // Metrics of OpenTelemetry.
  ['@opentelemetry/api', ''],
  // Files, nested queries, and the media types of everything but JSON.
  ['send', ''],
  ['qs', ''],
  ['mime-db', 'module.exports = { "application/json": { charset: "UTF-8" } };'],
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
