import type { Page } from '@playwright/test';

/** Gives the page's window another size, and the page a frame to lay itself out. */
export async function resize(page: Page, width: number, height: number): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** How many pixels of the page don't fit into a window of this width. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));

/** The largest distance in pixels between the left edge of one of these elements and its text. */
export const indent = (page: Page, selector: string): Promise<number> =>
  page.evaluate(
    (selector) =>
      Math.max(
        ...[...document.querySelectorAll(selector)].map((element) => {
          const range = document.createRange();
          range.selectNodeContents(element);
          return range.getBoundingClientRect().left - element.getBoundingClientRect().left;
        }),
      ),
    selector,
  );

/** The page's cumulative layout shift. */
export const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const asked = `asked ${performance.now()}`;
        let sum = 0;
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value?: number }).value ?? 0;
          // This entry follows all earlier shifts.
          if (list.getEntriesByName(asked).length > 0) resolve(sum);
        });
        observer.observe({ type: 'layout-shift', buffered: true });
        observer.observe({ type: 'mark' });
        performance.mark(asked);
      }),
  );

/** Texts that overlap, or that are cut off by their box without an ellipsis. */
export const collisions = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    type Piece = { text: string; element: Element; box: DOMRect };
    const pieces: Piece[] = [];
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const text = walker.currentNode.textContent?.trim() ?? '';
      if (!element || text === '' || !element.checkVisibility({ visibilityProperty: true })) continue;
      if (element.closest('.sr-only, noscript, script, style')) continue;
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      for (const box of range.getClientRects()) if (box.width > 0) pieces.push({ text, element, box });
    }
    for (const piece of pieces) {
      for (let around: Element | null = piece.element; around; around = around.parentElement) {
        const { overflowX, textOverflow } = getComputedStyle(around);
        if (overflowX === 'visible') continue;
        const { text, box } = piece;
        const { left, right, top, bottom } = around.getBoundingClientRect();
        if (textOverflow !== 'ellipsis' && (box.left < left - 1 || box.right > right + 1))
          found.push(`“${text}” is cut off`);
        const [from, to] = [Math.max(box.left, left), Math.min(box.right, right)];
        const [above, below] = [Math.max(box.top, top), Math.min(box.bottom, bottom)];
        piece.box = new DOMRect(from, above, Math.max(0, to - from), Math.max(0, below - above));
        break;
      }
    }
    // A line of text is taller than its letters, so a quarter of it may overlap with its neighbour.
    const overlaps = (a: DOMRect, b: DOMRect) =>
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > Math.min(a.height, b.height) / 4;
    pieces.forEach((one, index) => {
      for (const other of pieces.slice(index + 1))
        if (one.element !== other.element && overlaps(one.box, other.box))
          found.push(`“${one.text}” lies on “${other.text}”`);
    });
    return found;
  });

/** The luminance of the page's background: 0 is black, 1 is white. */
export const lightness = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    if (!context) return Number.NaN;
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 3 / 255;
  });
