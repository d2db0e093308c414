import type { Locator, Page } from '@playwright/test';
import decodeQr from 'qr/decode.js';

/** Decodes the QR code from a screenshot, as a phone's camera would. */
export async function readQr(place: Locator, page: Page): Promise<string> {
  const picture = (await place.screenshot()).toString('base64');
  // The page's own content security policy would block reading an image.
  const reader = await page.context().newPage();
  const { width, height, data } = await reader.evaluate(async (base64) => {
    const blob = new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: 'image/png' });
    const bitmap = await createImageBitmap(blob);
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context?.drawImage(bitmap, 0, 0);
    const pixels = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? [];
    // The code is black and white, so one of the four colour channels is enough.
    return { width: bitmap.width, height: bitmap.height, data: [...pixels].filter((_, index) => index % 4 === 0) };
  }, picture);
  await reader.close();
  return decodeQr({ width, height, data: Uint8Array.from(data.flatMap((grey) => [grey, grey, grey, 255])) });
}
