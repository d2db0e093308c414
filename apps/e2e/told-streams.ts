import type { Page } from '@playwright/test';

type Message = readonly [event: string, data: unknown];
type Told = { hear(event: string, data: unknown): void };

/** Has the page hear what the test tells instead of the launcher's streams. Before the page is opened. */
export async function tellStreams(page: Page, first: Record<string, readonly Message[]>): Promise<void> {
  await page.addInitScript((messages) => {
    class ToldStream extends EventTarget implements Told {
      onerror: (() => void) | undefined;
      constructor(url: string) {
        super();
        Object.assign(window, { told: this });
        setTimeout(() => {
          for (const [event, data] of messages[url] ?? []) this.hear(event, data);
        });
      }
      hear(event: string, data: unknown) {
        if (event === 'error') this.onerror?.();
        else this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }));
      }
      close() {}
    }
    Object.assign(window, { EventSource: ToldStream });
  }, first);
}

/** Tells one more message, or, as `error`, that the stream broke. */
export const tell = (page: Page, ...message: Message): Promise<void> =>
  page.evaluate(([event, data]) => (window as unknown as { told: Told }).told.hear(event, data), message);
