import { expect, test, vi } from 'vitest';
import { openPoll, type Polls } from './handler.ts';

const options = [
  { id: 'yes', label: 'Yes' },
  { id: 'no', label: 'No' },
];

function setUp(closesAt: string | null = null) {
  const opened = { id: 'now', question: 'Now?', options, status: 'open' as const, closesAt, hidden: false };
  const open = vi.fn<Polls['open']>(async () => opened);
  const invokeLater = vi.fn(async () => 'id');
  return {
    open,
    opened,
    invokeLater,
    call: (event: unknown) => openPoll(event, { acceptedAt: 7n, invokeLater }, { open }),
  };
}

test('a new question is opened at the place of its event, and answered without its numbers', async () => {
  const { call, open, opened, invokeLater } = setUp();
  expect(await call({ question: ' Now? ', options: ['Yes', 'No'] })).toEqual({ poll: opened });
  expect(open).toHaveBeenCalledWith({ id: 'now', question: 'Now?', options }, {}, 7n);
  expect(invokeLater).not.toHaveBeenCalled();
});

test('a draft is opened by its id', async () => {
  const { call, open } = setUp();
  await call({ poll: 'now', hidden: true, closesInSeconds: null });
  expect(open).toHaveBeenCalledWith({ poll: 'now' }, { hidden: true }, 7n);
});

test('a countdown leaves an event for close-poll behind, due in its last second', async () => {
  const closesAt = new Date(Date.now() + 29_900).toISOString();
  const { call, open, invokeLater } = setUp(closesAt);
  await call({ poll: 'now', closesInSeconds: 30 });
  expect(open).toHaveBeenCalledWith({ poll: 'now' }, { closesInSeconds: 30 }, 7n);
  const [name, event, { delaySeconds }] = invokeLater.mock.calls[0] as unknown as [
    string,
    object,
    { delaySeconds: number },
  ];
  expect([name, event]).toEqual(['close-poll', { poll: 'now', closesAt }]);
  expect(delaySeconds).toBeLessThanOrEqual(29);
});

test('a poll is open although nobody could be told to close it: the countdown ends all the same', async () => {
  const { call, invokeLater, opened } = setUp(new Date(0).toISOString());
  invokeLater.mockRejectedValue(new Error('full'));
  vi.spyOn(console, 'error').mockReturnValue();
  expect(await call({ poll: 'now' })).toEqual({ poll: opened });
  expect(invokeLater).toHaveBeenCalledWith('close-poll', expect.anything(), { delaySeconds: 0 });
});

test.each([
  [null, 'An event is an object'],
  [{}, 'A question is text'],
  [{ question: 'Half an emoji: \ud83d?', options: ['Yes', 'No'] }, 'A question is text'],
  [{ poll: '\ud83d' }, 'control characters'],
  [{ poll: '' }, "not a draft's id"],
  [{ poll: 'now', question: 'Now?' }, 'either'],
  [{ question: 'Now?', options: 'Yes,No' }, 'a list of texts'],
  [{ question: 'Now?\0', options: ['Yes', 'No'] }, 'without control characters'],
  [
    { question: '', options: ['Yes'] },
    'question: has to be 1 to 200 characters long, and has 0; 1 given, 2 to 8 needed.',
  ],
  [{ question: 'Now?', options: ['Yes', 'yes!'] }, 'is there twice'],
  [{ poll: 'now', closesInSeconds: 0 }, 'from 1 to 900'],
  [{ poll: 'now', closesInSeconds: 901 }, 'from 1 to 900'],
  [{ poll: 'now', closesInSeconds: 1.5 }, 'a whole number'],
  [{ poll: 'now', closesInSeconds: '30' }, 'a whole number'],
  [{ poll: 'now', hidden: 'yes' }, 'hidden is true or false'],
])('says what is wrong with an event: %j', async (event, message) => {
  const { call, open } = setUp();
  await expect(call(event)).rejects.toMatchObject({ name: 'InvalidEvent', message: expect.stringContaining(message) });
  expect(open).not.toHaveBeenCalled();
});
