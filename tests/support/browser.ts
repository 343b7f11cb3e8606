// A Chromium that comes with the npm packages, so that tests need no browser installed.
import sparticuz from '@sparticuz/chromium'
import { chromium, type Browser } from '@playwright/test'

const quiet = [
  '--no-sandbox', // tests often run as root, where the sandbox cannot start; every page is our own
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-sync',
  '--no-first-run',
  '--mute-audio',
  '--font-render-hinting=none',
]

/** Unpacks the browser on first use (about two seconds) and starts it without a window. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? (await sparticuz.executablePath())
  return chromium.launch({ executablePath, args: quiet, headless: true })
}
