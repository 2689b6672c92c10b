// What can befall a device on a visit, one case each: the app killed in the middle of a sentence and while handing in,
// the browser closing the database, no room, a clock that is wrong either way, a server that refuses or asks to wait,
// two windows, storage that is not promised, and a lost phone that somebody else opens. Nothing may be lost, and
// nothing may be with the server twice.

import { CASE, DAY, PASSPHRASE, closeApp, devices, draftCount, go, heading, signIn, toQuestions, unlock } from './field/device.mjs';
import { Pages, assert, openBrowser } from './lib.mjs';

const browser = await openBrowser();
const pages = new Pages(browser, { viewport: { width: 360, height: 740 } });
const withDevice = devices(browser, pages);
const pause = milliseconds => new Promise(done => { setTimeout(done, milliseconds); });

/** Waits until `test()` is true; says `what` when it never is. */
async function until(test, what) {
  for (let tried = 0; tried < 120; tried += 1) {
    if (await test()) return;
    await pause(50);
  }
  throw new Error(what);
}

/** Answers what must be answered with the first choice, a number or a name, up to the check page. */
async function toCheck(page, path, number = '20') {
  await toQuestions(page, path);
  for (let step = 0; step < 30 && await page.locator('[data-go=finish]').count() === 0; step += 1) {
    for (const box of await page.locator('.q:not([hidden]):has(.q-required:not([hidden]))').all()) {
      const choice = box.locator('.choice:not([hidden]) input').first();
      if (await choice.count() > 0) await choice.check({ force: true });
      else if (await box.locator('input').count() === 1) {
        const numbers = await box.locator('input').getAttribute('inputmode');
        await box.locator('input').fill(numbers ? number : '王芳');
      }
    }
    const name = await page.getAttribute('form[data-ask]', 'data-ask');
    await page.click('[data-go=next]');
    await page.waitForFunction(before => {
      const form = document.querySelector('form[data-ask]');
      return !form || form.dataset.ask !== before || document.querySelector('.faults');
    }, name);
    assert(await page.locator('.faults').count() === 0, `${name} is refused`);
  }
}

async function finish(page, path, number) {
  await toCheck(page, path, number);
  await page.click('[data-go=finish]');
  await page.waitForSelector('[data-go=finish]', { state: 'detached' });
}

const states = page => page.evaluate(async () => {
  const { app } = await import('/field/core.js');
  const items = await app.store.all('queue');
  return items.filter(item => item.kind === 'response').sort((a, b) => a.number - b.number).map(item => item.state);
});
const send = page => page.evaluate(async () => (await import('/field/contact.js')).send(true));
const notice = (page, words) => page.waitForSelector(`[id="m:notice"]:has-text("${words}")`);

/** The page dies as a phone kills it, and the app is opened again. */
async function crash(page, context, mock) {
  const cdp = await context.newCDPSession(page);
  const crashed = new Promise(resolve => { page.once('crash', resolve); });
  cdp.send('Page.crash').catch(() => {});
  await crashed;
  await page.close().catch(() => {});
  const again = await context.newPage();
  again.setDefaultTimeout(10000);
  await again.goto(`${mock.url}/field`);
  await again.fill('#passphrase', PASSPHRASE);
  await again.click('button.main');
  await again.waitForSelector('nav.places');
  return again;
}

await withDevice('killed in the middle of a sentence', {}, async (page, mock, context) => {
  await signIn(page);
  await toQuestions(page, CASE);
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=age]');
  await page.click('#age');
  await page.keyboard.type('47');
  await pause(700);
  const again = await crash(page, context, mock);
  await go(again, `interview/${CASE}`);
  await again.waitForSelector('[data-ask=age]');
  assert(await again.inputValue('#age') === '47', 'what was typed is there, though the field was never left');
});

await withDevice('put away in the middle of a sentence, and for half an hour', {}, async page => {
  await signIn(page);
  await toQuestions(page, CASE);
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=age]');
  await page.click('#age');
  const sight = hidden => page.evaluate(value => {
    Object.defineProperty(document, 'hidden', { configurable: true, value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await page.keyboard.type('5');
  await sight(true);
  await until(async () => await draftCount(page) === 1, 'kept at once');
  await sight(false);
  assert(await page.locator('#age').count() === 1, 'a short while changes nothing');
  await sight(true);
  await page.evaluate(() => { globalThis.shiftClock += 31 * 60000; });
  await sight(false);
  await page.waitForSelector('#passphrase');
  assert(!(await page.textContent('body')).includes('王秀兰'), 'no name is on the page');
  await page.fill('#passphrase', PASSPHRASE);
  await page.click('button.main');
  await page.waitForSelector('nav.places');
  await go(page, `interview/${CASE}`);
  await page.waitForSelector('[data-ask=age]');
  assert(await page.inputValue('#age') === '5', 'the one letter is there');
});

await withDevice('the database goes while handing in', {}, async (page, mock) => {
  await signIn(page);
  await toCheck(page, CASE);
  mock.fault = () => 'cut';
  // Closed by the browser: the event that browsers send, and a transaction that is aborted on its way.
  const tries = await page.evaluate(async () => {
    const { app } = await import('/field/core.js');
    const db = await app.store.open();
    db.close();
    db.dispatchEvent(new Event('close'));
    const counts = { aborted: 0 };
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function once(stores, ...rest) {
      const begun = transaction.call(this, stores, ...rest);
      if (stores.length === 3 && counts.aborted < 2) {
        counts.aborted += 1;
        setTimeout(() => { try { begun.abort(); } catch (ended) { counts.late = true; } }, 0);
      }
      return begun;
    };
    globalThis.counts = counts;
    document.querySelector('[data-go=finish]').click();
    return counts.aborted;
  });
  assert(tries === 0, 'not yet');
  await heading(page, '交好了');
  assert(await page.evaluate(() => globalThis.counts.aborted) === 2, 'it was aborted twice');
  assert(await draftCount(page) === 0 && (await states(page)).length === 1, 'one answer, and no draft');
  mock.fault = () => null;
  await send(page);
  assert(mock.responses.size === 1, 'it has arrived');
});

await withDevice('no room: pictures give way first', {}, async page => {
  await signIn(page);
  await toQuestions(page, CASE);
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=age]');
  // As long as there are pictures there is no room for answers.
  await page.evaluate(async () => {
    const { app } = await import('/field/core.js');
    await (await caches.open('minyi-media')).put('/media/x', new Response('picture'));
    app.media = { kept: new Set(['/media/x']), bytes: 7, missing: 0, tooMuch: 0 };
    const { put } = IDBObjectStore.prototype;
    let full = true;
    globalThis.refused = 0;
    const { delete: drop } = CacheStorage.prototype;
    CacheStorage.prototype.delete = async function dropped(...names) {
      const was = await drop.apply(this, names);
      full = false;
      return was;
    };
    IDBObjectStore.prototype.put = function roomy(...parts) {
      if (!full) return put.apply(this, parts);
      globalThis.refused += 1;
      throw new DOMException('no room', 'QuotaExceededError');
    };
  });
  await page.fill('#age', '30');
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=town]');
  assert(await page.evaluate(() => globalThis.refused) > 0, 'there was no room');
  assert(!(await page.evaluate(() => caches.has('minyi-media'))), 'the pictures are gone');
  assert(await page.locator('[id="m:notice"]').count() === 0, 'nobody had to do anything');
  await go(page, 'device');
  await page.waitForSelector('text=先让出了地方');
  await pages.check(page, 'device that gave its pictures away');
});

await withDevice('no room: the disk is so full that the database does not open', {}, async page => {
  await signIn(page);
  await toQuestions(page, CASE);
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=age]');
  // What Chromium 156 says on a full disk, seen on a file system of 80 MB.
  await page.evaluate(async () => {
    (await (await import('/field/core.js')).app.store.open()).close();
    globalThis.realOpen = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function open() {
      throw new DOMException('Internal error opening backing store for indexedDB.open.', 'UnknownError');
    };
  });
  await page.fill('#age', '30');
  await page.click('[data-go=next]');
  await notice(page, '设备存不下了');
  assert(await page.inputValue('#age') === '30', 'what was typed is on the page');
  await page.evaluate(() => { IDBFactory.prototype.open = globalThis.realOpen; });
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=town]');
  await unlock(page);
  await go(page, `interview/${CASE}`);
  await page.waitForSelector('[data-ask=town]');
});

await withDevice('no room: what is done is sent all the same, and makes room', {}, async (page, mock) => {
  await signIn(page);
  mock.fault = (method, path) => (path === 'bundle' ? null : 'cut');
  await finish(page, CASE);
  await toQuestions(page, 'yunxi-2026/c-000004');
  mock.fault = () => null;
  await page.evaluate(() => {
    globalThis.realPut = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function put() {
      throw new DOMException('no room', 'QuotaExceededError');
    };
  });
  const result = await send(page);
  assert(result && result.sent === 2, `both went: ${JSON.stringify(result)}`);
  assert(mock.responses.size === 1 && mock.attempts.size === 1, 'and are with the server');
  assert((await states(page)).length === 0, 'what has arrived has made room');
  await go(page, 'yunxi');
  await go(page, 'interview/yunxi-2026/c-000004');
  await page.waitForSelector('form[data-ask]');
  await page.click('[data-go=next]');
  await notice(page, '设备存不下了');
  await page.evaluate(() => { IDBObjectStore.prototype.put = globalThis.realPut; });
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=age]');
  await unlock(page);
  assert(await draftCount(page) === 1, 'the interview that was begun is there');
  await send(page);
  assert(mock.responses.size === 1 && mock.attempts.size === 1, 'nothing is there twice');
});

/** A device whose clock is `days` wrong makes an interview and a visit; both must carry the true day. */
async function withWrongClock(page, mock) {
  await signIn(page);
  await page.waitForSelector('.notice:has-text("手机的时间好像不对")');
  await pages.check(page, 'a wrong clock is said');
  const before = Date.now();
  await finish(page, CASE);
  await send(page);
  await until(() => mock.responses.size === 1 && mock.attempts.size === 1, 'sent');
  const [answers] = Array.from(mock.responses.values());
  const [visit] = Array.from(mock.attempts.values());
  const ended = Date.parse(answers.plain.ended_at);
  assert(ended >= before - 130000 && ended <= Date.now() + 130000, `ended ${answers.plain.ended_at}`);
  assert(visit.plain.day === answers.plain.ended_at.slice(0, 10), `the visit was on ${visit.plain.day}`);
}

await withDevice('a clock forty days ahead', { shift: 40 * DAY }, withWrongClock);
await withDevice('a clock of eleven years ago', { shift: -11 * 365 * DAY }, withWrongClock);

await withDevice('a clock that falls back with no network', {}, async (page, mock) => {
  await signIn(page);
  mock.fault = () => 'cut';
  // The battery was empty: the phone begins in the past.
  await page.evaluate(shift => sessionStorage.setItem('shift', String(shift)), -4000 * DAY);
  await unlock(page);
  const told = new Date().getFullYear();
  await finish(page, CASE);
  mock.fault = () => null;
  await send(page);
  await until(() => mock.responses.size === 1 && mock.attempts.size === 1, 'sent');
  const [visit] = Array.from(mock.attempts.values());
  assert(visit.plain.day.startsWith(String(told)), `the visit was on ${visit.plain.day}`);
});

await withDevice('signing in again keeps the queue and the interview', {}, async (page, mock) => {
  await signIn(page);
  mock.fault = (method, path) => (path === 'bundle' ? null : 'cut');
  await finish(page, CASE);
  await toQuestions(page, 'yunxi-2026/c-000004');
  mock.tokens.clear();
  mock.fault = () => null;
  await send(page);
  await go(page, '');
  await page.click('a[href="#/sign-in"]');
  assert((await states(page)).join() === 'waiting' && mock.responses.size === 0, 'it waits');
  await page.fill('#password', 'wrong');
  await page.click('button.main');
  await page.waitForSelector('.faults:has-text("不对")');
  await page.fill('#password', 'right');
  await page.click('button.main');
  await page.waitForSelector('.cases');
  await send(page);
  assert((await states(page)).join() === 'delivered' && mock.responses.size === 1, 'sent after signing in');
  assert(await draftCount(page) === 1, 'what was begun is there');
  await send(page);
  assert(mock.responses.size === 1, 'once');
});

await withDevice('one is too large: it is kept and marked, the others go', {}, async (page, mock) => {
  await signIn(page);
  mock.fault = () => 'cut';
  for (const one of [CASE, 'yunxi-2026/c-000004']) await finish(page, one);
  const isFirst = (path, body) => path === 'responses' && body.case_id === CASE.split('/')[1];
  mock.fault = (method, path, body) => (isFirst(path, body) ? { status: 413, body: '{"error":"too_large","message":"太大"}' } : null);
  for (let tried = 0; tried < 3; tried += 1) await send(page);
  assert((await states(page)).join() === 'returned,delivered', `states ${await states(page)}`);
  await go(page, 'queue');
  await page.waitForSelector('.item:has(.state-returned):has-text("太大")');
  mock.fault = () => null;
  await page.click('.item:has(.state-returned) button');
  await until(async () => (await states(page)).join() === 'delivered,delivered', 'it goes once it may');
  assert(mock.responses.size === 2, 'both are there');
});

await withDevice('asked to wait, half an answer, a log-in page, an answer that is lost', {}, async (page, mock) => {
  await signIn(page);
  mock.fault = () => 'cut';
  await finish(page, CASE);
  const html = '<html><title>free network</title>please log in</html>';
  for (const [fault, word] of [[{ status: 429, headers: { 'Retry-After': '60' } }, '正忙'], [{ status: 500 }, '服务器出了问题'],
    ['half', '没收到完整的回音'], [{ status: 200, strange: true, body: html }, '要先登录'], ['cut', '没有网络']]) {
    mock.fault = (method, path) => (path === 'responses' ? fault : null);
    await send(page);
    await go(page, 'queue');
    await page.waitForSelector(`.item:has(.state-waiting):has-text("${word}")`);
    await go(page, '');
  }
  mock.fault = () => null;
  await send(page);
  assert((await states(page)).join() === 'delivered', 'sent in the end');
  assert(mock.responses.size === 1 && mock.attempts.size === 1, 'and is there once');
  assert(mock.requests.filter(request => request === 'POST responses').length >= 6, 'it was tried each time');
});

await withDevice('two windows do not write over each other', {}, async (page, mock, context) => {
  await signIn(page);
  await toQuestions(page, CASE);
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=age]');
  const other = await context.newPage();
  other.setDefaultTimeout(10000);
  await other.goto(`${mock.url}/field`);
  await other.fill('#passphrase', PASSPHRASE);
  await other.click('button.main');
  await other.waitForSelector('nav.places');
  await page.fill('#age', '61');
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=town]');
  // The other window still shows the interview as it was.
  await go(other, `interview/${CASE}`);
  await other.waitForSelector('[data-ask=age]');
  await other.fill('#age', '16');
  await other.click('[data-go=next]');
  await notice(other, '另一个窗口');
  await unlock(page);
  const answers = await page.evaluate(async () => (await import('/field/core.js')).app.drafts.map(draft => draft.answers.age));
  assert(answers.join() === '61', `the later answer stands: ${answers}`);
});

await withDevice('storage that is not promised is said, and asked for again', {}, async page => {
  await page.evaluate(() => {
    globalThis.promised = false;
    Object.assign(Object.getPrototypeOf(navigator.storage), { persisted: async () => globalThis.promised, persist: async () => globalThis.promised });
  });
  await signIn(page);
  await page.waitForSelector('.notice:has-text("浏览器没有答应一直保存")');
  await page.click('.notice a[href="#/device"]');
  await page.waitForSelector('text=手机空间快满的时候');
  await pages.check(page, 'storage that is not promised');
  await page.evaluate(() => { globalThis.promised = true; });
  await page.click('button:has-text("再问一次浏览器")');
  await page.waitForSelector('text=浏览器答应一直保存');
});

await withDevice('a lost phone, locked and with nothing to send, is wiped by whoever opens it', {}, async (page, mock) => {
  await signIn(page);
  await toQuestions(page, CASE);
  await go(page, 'device');
  await page.click('button.main');
  await page.waitForSelector('#passphrase');
  mock.wipe = true;
  await page.reload();
  await heading(page, '这台设备已经清除');
  const left = await page.evaluate(async () => {
    const { app } = await import('/field/core.js');
    const all = await Promise.all(['vault', 'drafts', 'queue'].map(store => app.store.all(store)));
    return all.reduce((sum, store) => sum + store.length, 0);
  });
  assert(left === 0, `${left} things are left`);
  await until(() => mock.wiped === 1, 'the office is told');
});

await withDevice('a lost phone is wiped while the app is closed, where the browser makes contact', {}, async (page, mock, context) => {
  await signIn(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await toQuestions(page, CASE);
  const { other, dispatch } = await closeApp(page, mock, context);
  mock.wipe = true;
  await dispatch('PeriodicSync', { tag: 'minyi-field-contact' });
  await until(() => mock.wiped === 1, 'the office is told');
  await other.goto(`${mock.url}/field`);
  await heading(other, '这台设备已经清除');
});

await withDevice('a log-in page in the middle of an update of the app', {}, async (page, mock, context) => {
  await signIn(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await toQuestions(page, CASE);
  const update = async portal => {
    mock.portal = portal;
    mock.change = (name, bytes) => (name === 'shell.js' ? Buffer.from(bytes.toString().replace(/VERSION = '[0-9a-f]*'/, "VERSION = 'ffffffffffff'")) : bytes);
    return page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration('/field');
      await registration.update().catch(() => {});
      const worker = registration.installing;
      if (worker) await new Promise(done => { worker.addEventListener('statechange', () => { if (worker.state !== 'installing') done(); }); });
      return Boolean(registration.waiting);
    });
  };
  assert(!(await update(path => path === '/field/words.js')), 'a page in the place of a file is no update');
  assert(!(await update(path => path === '/field')), 'nor in the place of the page');
  await context.setOffline(true);
  await unlock(page);
  assert(await draftCount(page) === 1, 'the app opens as it was, with the interview');
  await context.setOffline(false);
  assert(await update(null), 'the whole is one');
});

await withDevice('the office changes the days offline', {}, async (page, mock) => {
  await signIn(page);
  await page.reload();
  await page.waitForSelector('#passphrase');
  mock.days = 3;
  await page.reload();
  await until(() => page.evaluate(async () => {
    const { device } = (await import('/field/core.js')).app;
    return Boolean(device) && device.max_offline_days === 3;
  }), 'known while locked');
});

await withDevice('who wishes to be contacted is told how, once', {}, async (page, mock) => {
  const text = JSON.stringify(mock.bundle).split('helped').join('follow_up');
  mock.bundle = JSON.parse(text);
  mock.bundle.rounds[0].contact = { zh: '考评办，电话 0000-1234567', en: 'Office, 0000-1234567' };
  mock.etag = '"contact"';
  await signIn(page);
  await finish(page, 'yunxi-2026/c-000005', '2');
  await page.waitForSelector('.read-out:has-text("0000-1234567")');
  await page.waitForSelector('.receipt:has-text("r-")');
  await pages.check(page, 'handed in by somebody who wishes to be contacted');
  await unlock(page);
  await go(page, 'interview/yunxi-2026/c-000005');
  await heading(page, '交好了');
  assert(await page.locator('.read-out').count() === 0, 'nothing of the answer stays on the device');
});

await browser.close();
pages.report();
process.exit();
