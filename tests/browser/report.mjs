// Self-contained HTML reports, opened from the disk: axe and the window's width, on a phone and on a desk.
// task: { paths: [file, …], shots }
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Pages, openBrowser, task } from './lib.mjs';

const browser = await openBrowser();
// The reports hold no script (the test beside this one says so), so axe may run in the page itself.
const pages = new Pages(browser);
for (const width of [360, 1280]) {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  for (const [nth, path] of task.paths.entries()) {
    await page.goto(pathToFileURL(path).href);
    await pages.check(page, `${path} at ${width}`);
    if (task.shots) await page.screenshot({ path: join(task.shots, `report-${nth}-${width}.png`), fullPage: true });
  }
  await page.close();
}
pages.report();
await browser.close();
