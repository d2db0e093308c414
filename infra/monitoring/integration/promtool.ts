import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const FOLDER = join(import.meta.dirname, '..');
const IMAGE = process.env.PROMETHEUS_IMAGE ?? 'serverless-vote/prometheus:bookworm';

/** Runs Prometheus' own checker on this folder's files. @returns its output; rejects with it if the checker finds problems */
export async function promtool(command: string, input = ''): Promise<string> {
  const mounts = ['-v', `${FOLDER}:/monitoring:ro`, '-v', `${FOLDER}/alerts.yml:/etc/prometheus/alerts.yml:ro`];
  const child = spawn('docker', [
    ...['run', '--rm', '-i', '--network', 'none', ...mounts, '-w', '/monitoring', '--entrypoint', 'promtool'],
    ...[IMAGE, ...command.split(' ')],
  ]);
  child.stdin.end(input);
  const [said, complained, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once('close', resolve)),
  ]);
  if (status !== 0) throw new Error(`promtool ${command}: ${said}${complained}`);
  return said + complained;
}
