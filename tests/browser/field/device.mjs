// A device with the interviewers' app against the mock server, for field.mjs and field_faults.mjs.

import { startMock } from './mock.mjs';
import { assert } from '../lib.mjs';

export const PASSPHRASE = 'a few words';
export const DAY = 86400000;
export const CASE = 'yunxi-2026/c-000001';

/** A device of its own with the app open; `shift` moves its clock. */
async function device(browser, mock, { shift = 0, large = false } = {}) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  page.setDefaultTimeout(10000);
  const errors = [];
  page.on('pageerror', error => errors.push(String(error)));
  await page.addInitScript(first => {
    const Real = Date;
    globalThis.shiftClock = Number(sessionStorage.getItem('shift') || first);
    globalThis.Date = class extends Real {
      constructor(...parts) {
        if (parts.length === 0) super(Real.now() + globalThis.shiftClock);
        else super(...parts);
      }
      static now() {
        return Real.now() + globalThis.shiftClock;
      }
    };
  }, shift);
  await page.goto(`${mock.url}/field`);
  await page.waitForSelector('#login');
  if (large) await page.click('[id="m:large"]');
  return { context, page, errors };
}

export async function signIn(page) {
  await page.fill('#login', 'zhang');
  await page.fill('#password', 'right');
  await page.fill('#device_name', '张三的手机');
  await page.click('button.main');
  await page.fill('#passphrase', PASSPHRASE);
  await page.fill('#again', PASSPHRASE);
  await page.click('button.main');
  await page.waitForSelector('.cases');
}

export async function unlock(page) {
  await page.reload();
  await page.fill('#passphrase', PASSPHRASE);
  await page.click('button.main');
  await page.waitForSelector('nav.places');
}

export const go = (page, path) => page.evaluate(hash => { location.hash = hash; }, `#/${path}`);
export const heading = (page, words) => page.waitForSelector(`h1:has-text("${words}")`);
export const draftCount = page => page.evaluate(async () => (await (await import('/field/core.js')).app.store.all('drafts')).length);

export async function toQuestions(page, path) {
  await go(page, `interview/${path}`);
  await page.click('.read-out + button.main');
  await page.locator('#consent-part').check({ force: true });
  await page.click('button.main[type=submit]');
  await page.locator('#answering-self').check({ force: true });
  await page.click('button.main[type=submit]');
  await page.waitForSelector('form[data-ask]');
}

/**
 * Closes the app's only page. Gives another, empty one of the same browser, and `dispatch(kind, more)`, with which the
 * browser wakes the app's worker up: `Sync` or `PeriodicSync`.
 */
export async function closeApp(page, mock, context) {
  const other = await context.newPage();
  await page.close();
  await other.goto('about:blank');
  const session = await context.newCDPSession(other);
  const registered = new Promise(resolve => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const found = registrations.find(one => one.scopeURL.endsWith('/field') && !one.isDeleted);
      if (found) resolve(found.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const registrationId = await registered;
  const dispatch = (kind, more) => session.send(`ServiceWorker.dispatch${kind}Event`,
    Object.assign({ origin: mock.url, registrationId }, more));
  return { other, dispatch };
}

/** `withDevice(name, options, work)`: runs `work(page, mock, context)` on a device of its own; failures go to `pages`. */
export const devices = (browser, pages) => async (name, options, work) => {
  const mock = await startMock();
  const made = await device(browser, mock, options);
  try {
    await work(made.page, mock, made.context);
    assert(made.errors.length === 0, made.errors.join('\n'));
  } catch (error) {
    pages.problems.push(`${name}: ${error.stack}\n${await made.page.evaluate(() => document.body.innerText).catch(() => '')}`);
  }
  await made.context.close();
  await mock.stop();
};
