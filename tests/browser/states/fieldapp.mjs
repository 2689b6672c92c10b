// The interviewers' app against the mock of its server: every view, and what can befall a device.
import { CASE, PASSPHRASE, signIn } from '../field/device.mjs';
import { startMock } from '../field/mock.mjs';

const MOST_PAGES = 60;

/** The app is one page: a view is there when its heading is. */
async function to(page, path) {
  await page.evaluate((hash) => { location.hash = hash; }, `#/${path}`);
  await page.waitForTimeout(120);
  await page.waitForSelector('h1');
}

async function* views(page, mock) {
  yield 'sign in';
  await page.click('button.main');
  await page.waitForSelector('.faults');
  yield 'sign in, with errors';
  await page.fill('#login', 'zhang');
  await page.fill('#password', 'right');
  await page.fill('#device_name', '张三的手机');
  await page.click('button.main');
  await page.waitForSelector('#again');
  yield 'new passphrase';
  await page.fill('#passphrase', PASSPHRASE);
  await page.fill('#again', PASSPHRASE);
  await page.click('button.main');
  await page.waitForSelector('.cases');
  yield 'list';
  for (const [name, path] of [['household', 'household/yunxi-2026/h1'], ['case', `case/${CASE}`], ['case with a call-back', 'case/yunxi-2026/c-000003'],
    ['attempt', `attempt/${CASE}`], ['interview, read out', `interview/${CASE}`], ['queue, empty', 'queue'], ['device', 'device'], ['no such view', 'nowhere']]) {
    await to(page, path);
    yield name;
  }
  await to(page, `attempt/${CASE}`);
  await page.click('button.main');
  await page.waitForSelector('.faults');
  yield 'attempt, with errors';
  await to(page, `interview/${CASE}`);
  await page.click('.read-out + button.main');
  await page.waitForSelector('#consent-part');
  yield 'interview, consents';
  await page.click('button.main[type=submit]');
  await page.waitForSelector('.faults');
  yield 'interview, consent missing';
  await page.locator('#consent-part').check({ force: true });
  await page.click('button.main[type=submit]');
  await page.waitForSelector('#answering-self');
  yield 'interview, who answers';
  await page.locator('#answering-self').check({ force: true });
  await page.click('button.main[type=submit]');
  await page.waitForSelector('form[data-ask]');
  for (let step = 0; step < MOST_PAGES && (await page.locator('[data-go=finish]').count()) === 0; step += 1) {
    const name = await page.getAttribute('form[data-ask]', 'data-ask');
    yield `interview, question ${name}`;
    await page.click('[data-go=next]');
    await page.waitForTimeout(120);
    if ((await page.locator('.faults').count()) === 0) continue;
    yield `interview, question ${name}, with an error`;
    for (const box of await page.locator('.q:not([hidden])').all()) {
      const choice = box.locator('.choice:not([hidden]) input').first();
      if ((await choice.count()) > 0) await choice.check({ force: true });
      else if ((await box.locator('input').count()) > 0) await box.locator('input').first().fill('20');
    }
    await page.click('[data-go=next]');
    await page.waitForTimeout(120);
  }
  yield 'interview, check';
  mock.fault = (method, path) => (path === 'responses' ? { status: 400, body: '{"error":"cannot_open","message":"damaged"}' } : null);
  await page.click('[data-go=finish]');
  await page.waitForSelector('[data-go=finish]', { state: 'detached' });
  yield 'interview, handed in';
  await to(page, 'queue');
  await page.waitForSelector('.state-returned');
  yield 'queue, one sent back';
}

async function* troubles(page, mock) {
  await signIn(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await page.waitForTimeout(400);
  await page.context().setOffline(true);
  await page.reload();
  await page.waitForSelector('#passphrase');
  yield 'locked, without a network';
  await page.fill('#passphrase', 'wrong words');
  await page.click('button.main');
  await page.waitForSelector('.faults');
  yield 'locked, wrong passphrase';
  await page.fill('#passphrase', PASSPHRASE);
  await page.click('button.main');
  await page.waitForSelector('.cases');
  yield 'list without a network';
  await to(page, 'forgot');
  yield 'passphrase forgotten';
  await to(page, '');
  await page.waitForSelector('.cases');
  // The app makes contact by itself as soon as there is a network.
  mock.wipe = true;
  await page.context().setOffline(false);
  await page.waitForSelector('h1:has-text("清除")');
  yield 'wiped';
}

function inApp(walk) {
  return async function* app(page) {
    const mock = await startMock();
    try {
      await page.goto(`${mock.url}/field`);
      await page.waitForSelector('#login');
      yield* walk(page, mock);
    } finally {
      await mock.stop();
    }
  };
}

async function* inEnglish(page, mock) {
  await page.click('[id="m:lang"]');
  yield* views(page, mock);
}

export const FIELD_APP = [
  { name: 'the interviewers app', language: 'zh', who: 'interviewer', walk: inApp(views) },
  { name: 'the interviewers app', language: 'en', who: 'interviewer', light: true, walk: inApp(inEnglish) },
  { name: 'a device in trouble', language: 'zh', who: 'interviewer', walk: inApp(troubles) },
];
