// Walks one questionnaire from the invitation to the receipt, as a respondent who answers at the given way,
// and lets axe look at every page.
// task: { url, language: "zh"|"en", javascript, width, height, prefer: {question: value}, invalid, pauseAfter, shots }
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { answer, clear, consent, go, questionOf } from './answering.mjs';
import { Pages, assert, openBrowser, task } from './lib.mjs';

const MOST_PAGES = 120;
const browser = await openBrowser();
const viewport = { width: task.width ?? 360, height: task.height ?? 640 };
const pages = new Pages(browser, { javascript: task.javascript !== false, viewport });
const context = await browser.newContext({
  viewport,
  javaScriptEnabled: task.javascript !== false,
  locale: task.language === 'en' ? 'en-GB' : 'zh-CN',
});
const page = await context.newPage();
const failures = [];
page.on('pageerror', (error) => failures.push(`script error: ${error.message}`));
page.on('console', (message) => {
  if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) failures.push(message.text());
});

let shot = 0;
async function look(where) {
  await pages.check(page, where);
  const language = await page.getAttribute('html', 'lang');
  assert(language?.startsWith(task.language ?? 'zh'), `${where}: the page's language is ${language}`);
  if (task.shots) {
    mkdirSync(task.shots, { recursive: true });
    shot += 1;
    await page.screenshot({ path: join(task.shots, `${String(shot).padStart(3, '0')}.png`), fullPage: true });
  }
}

await page.goto(task.url);
if (task.language === 'en' && !(await page.getAttribute('html', 'lang')).startsWith('en')) {
  await Promise.all([page.waitForNavigation(), page.locator('a[hreflang="en"], button[value="en"]').first().click()]);
}
await look('start');
await consent(page);
await go(page);

const asked = [];
let resumed = null;
let invalidSeen = false;
for (let count = 0; count < MOST_PAGES; count += 1) {
  const question = questionOf(page);
  if (!question) break;
  await look(question);

  if (task.invalid?.question === question && !invalidSeen) {
    // An invalid answer: a message beside the field, the same in the summary on top, and the title says so.
    await answer(page, { [question]: task.invalid.value });
    await go(page);
    await look(`${question} (invalid)`);
    const beside = page.locator(`#err-${question}`);
    const summary = page.locator('[role=alert], .error-summary').first();
    assert((await beside.count()) === 1, `no message beside ${question}`);
    assert(await summary.isVisible(), 'no summary of the errors on top');
    assert((await summary.locator(`a[href^="#${question}"]`).count()) >= 1, 'the summary does not lead to the field');
    const title = await page.title();
    assert(/^(错误|Error)/.test(title), `the title does not say that there is an error: ${title}`);
    await clear(page);
    invalidSeen = true;
  }

  asked.push(question);
  await answer(page, task.prefer);
  await go(page);

  if (task.backAfter === asked.length) {
    await Promise.all([page.waitForNavigation(), page.locator('main [data-back]').first().click()]);
    assert(questionOf(page) === question, `back leads to ${questionOf(page)}, not to ${question}`);
    const kept = await page.locator('main form').locator('input:checked').count();
    assert(kept > 0, `the answer to ${question} is not kept when going back`);
    await go(page);
  }

  if (task.pauseAfter === asked.length) {
    // The same phone, later: goes on where it was left. A new device: goes on too, but shows nothing given before.
    const next = questionOf(page);
    await page.goto(task.url);
    await look('start again');
    await go(page);
    assert(questionOf(page) === next, `resumed at ${questionOf(page)}, not at ${next}`);
    const other = await browser.newContext({ viewport: { width: 360, height: 640 }, javaScriptEnabled: task.javascript !== false });
    const elsewhere = await other.newPage();
    await elsewhere.goto(task.url);
    await consent(elsewhere);
    await go(elsewhere);
    assert(elsewhere.url().endsWith(`/q/${next}`), `a new device resumes at ${elsewhere.url()}`);
    const hidden = await elsewhere.goto(page.url().replace(/\/q\/.*/, `/q/${asked[0]}`));
    const shown = await elsewhere.locator('main form input:checked').count();
    assert(shown === 0 && !elsewhere.url().endsWith(`/q/${asked[0]}`),
      `a new device is shown an earlier answer (${hidden.status()} ${elsewhere.url()})`);
    resumed = next;
    await other.close();
  }
}

assert(/\/check$/.test(new URL(page.url()).pathname), `the walk ended at ${page.url()} after ${asked.join(', ')}`);
await look('check');
await go(page);
await look('receipt');
const receipt = await page.locator('[data-receipt]').first().innerText();
assert(receipt.trim().length > 20, `no receipt: ${receipt}`);
assert((await page.locator('main svg').count()) > 0, 'no QR code on the receipt');
if (task.usedCode) {
  const reply = await page.goto(task.url);
  assert(reply.status() === 409, `a used code answers ${reply.status()}`);
  await look('used code');
}
if (task.invalid) assert(invalidSeen, `the walk never came to ${task.invalid.question}`);
if (task.pauseAfter) assert(resumed, 'the walk was too short to pause');

for (const failure of failures) pages.problems.push(failure);
pages.report({ asked, receipt: receipt.trim() });
await browser.close();
