import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { docker, invoke, permanent } from './stack.ts';

/** The output of a program in a permanent container. */
async function exec(name: 'launcher' | 'database', script: string): Promise<string> {
  const container = await permanent(name);
  const run = await container.exec({ Cmd: ['node', '-e', script], AttachStdout: true, AttachStderr: true });
  const stream = await run.start({});
  const output = new PassThrough();
  docker.modem.demuxStream(stream, output, output);
  stream.on('end', () => output.end());
  let text = '';
  for await (const chunk of output) text += chunk;
  return text;
}

describe('an asynchronous invocation, seen from inside,', () => {
  test('is not offered to web', async () => {
    const script = `
      const path = '/2015-03-31/functions/record-vote/invocations';
      const headers = { 'x-amz-invocation-type': 'Event' };
      require('node:http').request({ socketPath: '/run/control/control.sock', method: 'POST', path, headers },
        (response) => { response.resume(); console.log(response.statusCode, response.headers['x-amzn-errortype']); }).end('{}');`;
    expect((await exec('launcher', script)).trim()).toBe('400 InvalidParameterValueException');
  });

  test('leaves nothing behind: when idle the launcher has no connection to the database', async () => {
    const script = `for (const pid of fs.readdirSync('/proc').filter(Number))
      console.log(fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8'))`;
    await invoke('misbehave', {}, { 'x-amz-invocation-type': 'Event' });
    const connections = () => exec('database', script);
    expect(await connections()).toMatch(/postgres: postgres votes/);
    await expect.poll(connections, { interval: 500 }).not.toMatch(/postgres: postgres votes/);
  });
});
