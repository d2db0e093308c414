// Prints the path of Playwright's own Chromium, whether or not it is installed.
import { chromium } from '@playwright/test';

console.log(chromium.executablePath());
