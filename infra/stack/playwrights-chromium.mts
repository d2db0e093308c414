// Prints where Playwright's own Chromium is, or would be.
import { chromium } from '@playwright/test';

console.log(chromium.executablePath());
