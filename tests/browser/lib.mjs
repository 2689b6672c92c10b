// What the browser scripts share: a Chromium that talks to nothing but the server under test, axe, and the
// conditions of the pages (no script, phone width, language).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const task = JSON.parse(process.argv[2] ?? '{}');

/** Debian's Chromium, talking to nothing of its own accord. */
export const CHROMIUM = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
};

export async function openBrowser(more = []) {
  return chromium.launch({ ...CHROMIUM, args: [...CHROMIUM.args, ...more] });
}

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

// Has axe look at pages. Timers do not run where a page may run no script, so axe then looks at a twin: the same
// document at the same address, with its style but without the product's script.
export class Pages {
  constructor(browser, { javascript = true, viewport } = {}) {
    this.browser = browser;
    this.javascript = javascript;
    this.viewport = viewport;
    this.checked = 0;
    this.problems = [];
  }

  async check(page, where) {
    const overflow = await page.evaluate(
      () => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth);
    if (overflow > 0) this.problems.push(`${where}: the page is ${overflow} px wider than the window`);
    const seen = this.javascript ? page : await this.twin(page);
    await seen.evaluate(axeSource);
    const result = await seen.evaluate(
      (tags) => window.axe.run(document, { runOnly: { type: 'tag', values: tags } }), WCAG);
    this.checked += 1;
    for (const violation of result.violations) {
      for (const node of violation.nodes) {
        this.problems.push(`${where}: ${violation.id}: ${violation.help}: ${node.html.slice(0, 160)}`);
      }
    }
  }

  async twin(page) {
    if (!this.twinPage) {
      const context = await this.browser.newContext({ viewport: this.viewport });
      this.twinPage = await context.newPage();
    }
    const [url, body] = [page.url(), await page.content()];
    await this.twinPage.unrouteAll();
    await this.twinPage.route('**/*.js', (route) => route.abort());
    await this.twinPage.route((address) => address.href === url, (route) => (
      route.request().isNavigationRequest() ? route.fulfill({ body, contentType: 'text/html' }) : route.continue()));
    await this.twinPage.goto(url);
    return this.twinPage;
  }

  // Ends the script: the report goes to standard output, a problem makes it fail.
  report(extra = {}) {
    if (this.problems.length > 0) {
      console.log([...new Set(this.problems)].join('\n'));
      process.exitCode = 1;
    }
    console.log(JSON.stringify({ checked: this.checked, ...extra }));
  }
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}
