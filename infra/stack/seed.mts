/**
 * Casts sample votes as browsers do: `node seed.mts <address> <number>` posts to the vote route, each vote from a new
 * voter. Waits when it is throttled (429), and resends a vote whose answer was lost as the same voter, because it would
 * otherwise count twice.
 */
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** How long the vote page may take to have its question. */
const QUESTION_MS = 30_000;

const [address = 'http://localhost:8080', wanted = '3000'] = process.argv.slice(2);
const votes = Number(wanted);
/** Enough for a crowd; more would only wait in another queue. */
const AT_ONCE = 48;
/** How often a vote is retried when it is throttled, and when it fails. */
const ATTEMPTS = { busy: 60, wrong: 8 };
const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });

const options = await optionsOf(address);
// Each option is two thirds as likely as the one before: a clear winner looks better than a tie.
const chances = options.map((_, index) => (2 / 3) ** index);
const began = performance.now();
let recorded = 0;
let waited = 0;
let cast = 0;

const drawing = setInterval(draw, process.stderr.isTTY ? 100 : 2_000);
try {
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, votes) }, voters));
} catch (error) {
  if (process.stderr.isTTY) process.stderr.write('\n');
  console.error(`${error instanceof Error ? error.message : error}\n${recorded} of ${votes} votes were recorded.`);
  process.exit(1);
} finally {
  clearInterval(drawing);
}
draw();
if (process.stderr.isTTY) process.stderr.write('\n');
const seconds = (performance.now() - began) / 1000;
const turnedAway = waited > 0 ? `, told to wait ${waited} times` : '';
console.log(`${recorded} votes in ${seconds.toFixed(1)} s: ${Math.round(recorded / seconds)} a second${turnedAway}`);
process.exit(0);

/** Casts one vote after the other until all have been cast. */
async function voters(): Promise<void> {
  while (cast < votes) {
    cast += 1;
    await vote(pick());
    recorded += 1;
  }
}

/** Gets a voter's cookie before the vote, like a browser that opens the page. */
async function vote(choice: string): Promise<void> {
  const cookie = await insist(() => ask('GET', '/voting'));
  if (!cookie) throw new Error('A voter was not given an identity');
  await insist(() => ask('POST', '/vote', { choice, cookie }));
}

/** Sends a request until it succeeds, or the retries are used up. @returns the cookies of the answer */
async function insist(attempted: () => Promise<Heard>): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await attempted().catch((error: Error) => ({
      status: 0,
      retryAfter: 1,
      cookie: '',
      why: error.message,
    }));
    if (answer.status === 200) return answer.cookie;
    const attempts =
      answer.status === 429 ? ATTEMPTS.busy : answer.status === 0 || answer.status >= 500 ? ATTEMPTS.wrong : 0;
    if (attempt >= attempts) throw new Error(`A vote was refused: ${answer.status || ''} ${answer.why}`);
    waited += 1;
    await pause(answer.retryAfter * (1000 + Math.random() * 300));
  }
}

interface Heard {
  status: number;
  retryAfter: number;
  cookie: string;
  why: string;
}

function ask(method: string, path: string, as?: { choice: string; cookie: string }): Promise<Heard> {
  const body = as ? new URLSearchParams({ choice: as.choice }).toString() : '';
  const headers = {
    accept: 'application/json',
    ...(as && {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': body.length,
      cookie: as.cookie,
    }),
  };
  return new Promise((resolve, reject) => {
    const request = http.request(address + path, { method, agent, headers, timeout: 30_000 }, (response) => {
      let why = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        why += text;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: Number(response.headers['retry-after']) || 1,
          cookie: (response.headers['set-cookie'] ?? []).map((each) => each.split(';', 1)[0]).join('; '),
          why,
        }),
      );
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 30 s')));
    request.on('error', reject);
    request.end(body);
  });
}

/** The options, read from the vote page. On a busy machine the page may be there a moment before its question. */
async function optionsOf(base: string): Promise<string[]> {
  for (const giveUpAt = performance.now() + QUESTION_MS; ; await pause(1_000)) {
    const page = await fetch(`${base}/`, { headers: { accept: '*/*' } }).catch(() => undefined);
    const buttons = ((await page?.text()) ?? '').match(/<button[^>]*\bname="choice"[^>]*>/g) ?? [];
    const found = buttons.flatMap((button) => /\bvalue="([^"]+)"/.exec(button)?.[1] ?? []);
    if (page?.status === 200 && found.length >= 2) return found;
    if (page && performance.now() < giveUpAt) continue;
    const problem = page ? `There is no open question at ${base}.` : `There is no vote page at ${base}.`;
    console.error(`${problem} Is the stack running? make run starts it.`);
    process.exit(1);
  }
}

function pick(): string {
  let left = Math.random() * chances.reduce((sum, chance) => sum + chance, 0);
  for (const [index, option] of options.entries()) {
    left -= chances[index] ?? 0;
    if (left < 0) return option;
  }
  return options[0] ?? '';
}

function draw(): void {
  const share = recorded / votes;
  const width = 40;
  const full = Math.round(share * width);
  const bar = '█'.repeat(full) + '░'.repeat(width - full);
  const perSecond = Math.round(recorded / Math.max(0.001, (performance.now() - began) / 1000));
  const line = `  ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${recorded} of ${votes} votes, ${perSecond} a second`;
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
}
