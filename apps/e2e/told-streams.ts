import type { Page } from '@playwright/test';

type Message = readonly [event: string, data: unknown];
type Told = { hear(event: string, data: unknown): void };

/** Replaces the launcher's streams by messages from the test. Call it before the page is opened. */
export async function tellStreams(page: Page, first: Record<string, readonly Message[]>): Promise<void> {
  await page.addInitScript((messages) => {
    let broken = false;
    class ToldStream extends EventTarget implements Told {
      onerror: (() => void) | undefined;
      constructor(url: string) {
        super();
        Object.assign(window, { told: this });
        // A reconnected stream gets no messages, so the page stays disconnected.
        if (broken) return;
        const beat = () => this.hear('heartbeat', { serverTime: new Date().toISOString() });
        setInterval(beat, 15_000);
        setTimeout(() => {
          beat();
          for (const [event, data] of messages[url] ?? []) this.hear(event, data);
          Object.assign(window, { isTold: true });
        });
      }
      hear(event: string, told: unknown) {
        broken ||= event === 'error';
        // Messages are told in advance, and sent now.
        const data = { ...(told as object), ...(event === 'message' && { serverTime: new Date().toISOString() }) };
        if (event === 'error') this.onerror?.();
        else this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }));
      }
      close() {}
    }
    Object.assign(window, { EventSource: ToldStream });
  }, first);
}

/** Sends further messages, all of them before the page can draw; `error` means that the stream broke. */
export const tell = (page: Page, ...messages: Message[]): Promise<void> =>
  page.evaluate((all) => {
    for (const [event, data] of all) (window as unknown as { told: Told }).told.hear(event, data);
  }, messages);

/** Waits until the page has heard the first messages. */
export const isTold = (page: Page) => page.waitForFunction(() => 'isTold' in window);
