import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseReply, Redis } from './redis.ts';

describe('a reply of Redis', () => {
  test.each([
    [':12\r\n', '12'],
    ['$-1\r\n', null],
    ['$5\r\n{"a"}\r\n', '{"a"}'],
    [`$3\r\n${Buffer.from('€').toString('latin1')}\r\n`, '€'],
    ['-WRONGTYPE no list\r\n', new Error('WRONGTYPE no list')],
  ])('%j is parsed once it is complete', (text, reply) => {
    expect(parseReply(`${text}:1\r\n`)).toEqual({ reply, rest: ':1\r\n' });
    expect(parseReply(text.slice(0, -1))).toBeUndefined();
  });
});

test('commands are answered in their order, and fail when the connection ends', async () => {
  let received = '';
  const server = net.createServer((socket) => {
    socket.on('data', (data) => {
      received += data;
      if (received.includes('last')) socket.destroy();
      else if (received.includes('LPOP')) socket.write(':1\r\n$2\r\n{}\r\n');
    });
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const redis = await Redis.connect('127.0.0.1', (server.address() as AddressInfo).port);
  onTestFinished(() => redis.close());
  expect(await Promise.all([redis.push('votes', '{}'), redis.pop('votes')])).toEqual(['1', '{}']);
  expect(received).toBe('*3\r\n$5\r\nRPUSH\r\n$5\r\nvotes\r\n$2\r\n{}\r\n*2\r\n$4\r\nLPOP\r\n$5\r\nvotes\r\n');
  await expect(redis.push('votes', 'last')).rejects.toThrow('closed');
  await expect(redis.pop('votes')).rejects.toThrow('not connected');
});
