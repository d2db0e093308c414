import { anyText, forAll } from '@serverless-vote/fuzz';
import { expect, test } from 'vitest';
import { AgentConnection } from './connection.ts';

test('whatever a task sends, it is a message or the connection is closed', () =>
  forAll(anyText, 500, async (text) => {
    const heard: string[] = [];
    const listeners = new Map<string, (data: string) => void>();
    const socket = {
      ...{
        setNoDelay: () => socket,
        setEncoding: () => socket,
        destroy: () => heard.push('let go'),
        write: () => true,
      },
      on: (event: string, listener: (data: string) => void) => void listeners.set(event, listener),
      once: () => socket,
    };
    const agent = new AgentConnection(socket as never, () => heard.push('register'));
    listeners.get('data')?.(`${text}\n{"type":"${text.slice(0, 3)}","text":1,"exitCode":"x"}\n`);
    listeners.get('data')?.('null\n');
    expect(heard).toContain('let go');
    expect(heard).not.toContain('register');
    await agent.ended;
  }));
