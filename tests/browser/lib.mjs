// What the browser scripts share: a Chromium that talks to nothing but the server under test, axe, and the
// conditions of the pages (no script, phone width, language).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const task = JSON.parse(process.argv[2] ?? '{}');

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

// axe runs by evaluation over the debugging protocol, which also works where the page itself may run no script.
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

export class Pages {
  constructor() { this.checked = 0; this.problems = []; }

  async check(page, where) {
    await page.evaluate(axeSource);
    const result = await page.evaluate(
      (tags) => window.axe.run(document, { runOnly: { type: 'tag', values: tags } }), WCAG);
    this.checked += 1;
    for (const violation of result.violations) {
      for (const node of violation.nodes) {
        this.problems.push(`${where}: ${violation.id}: ${violation.help}: ${node.html.slice(0, 160)}`);
      }
    }
    const overflow = await page.evaluate(
      () => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth);
    if (overflow > 0) this.problems.push(`${where}: the page is ${overflow} px wider than the window`);
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
