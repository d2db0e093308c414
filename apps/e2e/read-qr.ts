import type { Locator, Page } from '@playwright/test';
import decodeQr from 'qr/decode.js';

/** Decodes the QR code from a screenshot, as a phone's camera would. */
export async function readQr(place: Locator, page: Page): Promise<string> {
  const picture = (await place.screenshot()).toString('base64');
  // The page's own content security policy would block reading an image.
  const reader = await page.context().newPage();
  const { width, height, dots } = await reader.evaluate(async (base64) => {
    const blob = new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: 'image/png' });
    const bitmap = await createImageBitmap(blob);
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context?.drawImage(bitmap, 0, 0);
    const pixels = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? [];
    // The code is black and white, so one of the four colour channels is enough; and a text comes faster than a million numbers.
    let dots = '';
    for (let index = 0; index < pixels.length; index += 4) dots += (pixels[index] ?? 0) < 128 ? '#' : ' ';
    return { width: bitmap.width, height: bitmap.height, dots };
  }, picture);
  await reader.close();
  const data = new Uint8Array(4 * dots.length).fill(255);
  for (let dot = dots.indexOf('#'); dot >= 0; dot = dots.indexOf('#', dot + 1)) data.fill(0, 4 * dot, 4 * dot + 3);
  return decodeQr({ width, height, data });
}
