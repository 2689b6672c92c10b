// The interviewers' app in Chromium at 360 px against the mock server: every view with axe in both languages, and what
// must not go wrong with its store: no room, a connection that the browser closes, data that vanish, days without
// contact, a wipe, a new version in the middle of an interview, large text, the keyboard.

import { createHash } from 'node:crypto';

import { CASE, DAY, PASSPHRASE, closeApp, devices, draftCount, go, heading, signIn, toQuestions, unlock } from './field/device.mjs';
import { Pages, assert, openBrowser } from './lib.mjs';

const browser = await openBrowser();
const pages = new Pages(browser, { viewport: { width: 360, height: 740 } });

const withDevice = devices(browser, pages);

for (const [lang, large] of [['zh', false], ['en', false], ['zh', true]]) {
  await withDevice(`views ${lang}${large ? ' large' : ''}`, { large }, async (page, mock) => {
    const check = where => pages.check(page, `${where} (${lang}${large ? ', large' : ''})`);
    if (lang === 'en') await page.click('[id="m:lang"]');
    await check('sign in');
    await page.click('button.main');
    await page.waitForSelector('.faults');
    assert(await page.evaluate(() => document.activeElement.className) === 'faults', 'the summary has the focus');
    await check('sign in with faults');
    await page.fill('#login', 'zhang');
    await page.fill('#password', 'right');
    await page.fill('#device_name', 'x');
    await page.click('button.main');
    await page.waitForSelector('#again');
    await check('new passphrase');
    await page.fill('#passphrase', PASSPHRASE);
    await page.fill('#again', PASSPHRASE);
    await page.click('button.main');
    await page.waitForSelector('.cases');
    await check('list');
    for (const path of ['household/yunxi-2026/h1', `case/${CASE}`, 'case/yunxi-2026/c-000003', `attempt/${CASE}`, `interview/${CASE}`,
      `interview/${CASE}/~consents`, 'queue', 'device', 'nowhere']) {
      await go(page, path);
      await page.waitForTimeout(60);
      assert(await page.locator('h1').count() === 1, `one h1 on ${path}`);
      await check(path);
    }
    await go(page, `attempt/${CASE}`);
    await page.waitForSelector('#note');
    await page.click('button.main');
    await page.waitForSelector('.faults');
    await check('attempt with faults');
    await toQuestions(page, CASE);
    for (let step = 0; step < 60 && await page.locator('[data-go=finish]').count() === 0; step += 1) {
      const name = await page.getAttribute('form[data-ask]', 'data-ask');
      await check(`question ${name}`);
      await page.click('[data-go=next]');
      await page.waitForTimeout(80);
      if (await page.locator('.faults').count() === 0) continue;
      await check(`question ${name} with faults`);
      for (const box of await page.locator('.q:not([hidden])').all()) {
        const choice = box.locator('.choice:not([hidden]) input').first();
        if (await choice.count() > 0) await choice.check({ force: true });
        else if (await box.locator('input').count() > 0) await box.locator('input').first().fill('20');
      }
      await page.click('[data-go=next]');
      await page.waitForTimeout(80);
    }
    await check('check');
    mock.fault = (method, path) => (path === 'responses' ? { status: 400, body: '{"error":"cannot_open","message":"damaged"}' } : null);
    await page.click('[data-go=finish]');
    await page.waitForSelector('[data-go=finish]', { state: 'detached' });
    await check('handed in');
    await go(page, 'queue');
    await page.waitForSelector('.state-returned');
    await check('queue with a returned item');
    await unlock(page);
    await go(page, 'device');
    await page.click('button.main');
    await page.waitForSelector('#passphrase');
    await check('locked');
    await go(page, 'forgot');
    await page.waitForSelector('.main.danger');
    await check('forgot');
  });
}

/** Everything that lies in the app's database, as somebody with the device in hand reads it. */
const lyingThere = page => page.evaluate(async () => {
  const { app } = await import('/field/core.js');
  const text = value => JSON.stringify(value, (key, part) => {
    if (part instanceof ArrayBuffer || ArrayBuffer.isView(part)) {
      return new TextDecoder('utf-8').decode(part);
    }
    return part;
  });
  const stores = {};
  for (const name of ['meta', 'vault', 'drafts', 'queue']) {
    stores[name] = await app.store.read([name], async steps => {
      const objects = steps.transaction.objectStore(name);
      const ask = what => new Promise((resolve, reject) => {
        const request = objects[what]();
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const [keys, values] = [await ask('getAllKeys'), await ask('getAll')];
      return keys.map((key, at) => [key, values[at]]);
    });
  }
  return text(stores);
});

const record = async (page, path, note) => {
  await go(page, `attempt/${path}`);
  await page.waitForSelector('#note');
  await page.locator('[name=disposition][value="2.24"]').check({ force: true });
  await page.fill('#note', note);
  await page.click('button.main');
  await page.waitForSelector(`text=${note}`);
};

const delivered = async (mock, count) => {
  for (let tried = 0; tried < 100 && mock.attempts.size < count; tried += 1) await new Promise(done => { setTimeout(done, 100); });
  assert(mock.attempts.size === count, `${mock.attempts.size} of ${count} visits are with the server`);
};

await withDevice('what lies open on a device that is found', {}, async (page, mock) => {
  await signIn(page);
  mock.fault = (method, path) => (path === 'bundle' ? null : 'cut');
  await record(page, CASE, '狗在院里');
  const lying = await lyingThere(page);
  for (const secret of ['狗在院里', '李小梅', '河西村', 'disposition', ...Array.from(mock.tokens).filter(token => !mock.sendOnly.has(token))]) {
    assert(!lying.includes(secret), `${secret} lies open: ${lying.slice(0, 400)}`);
  }
  const [sendOnly] = mock.sendOnly;
  assert(lying.includes(sendOnly), 'the token that delivers is there');
  const read = await fetch(`${mock.url}/api/v1/field/bundle`, { headers: { Authorization: `Bearer ${sendOnly}` } });
  assert(read.status === 403, 'and reads nothing');
  // Shown again to whoever knows the passphrase, also after the page was killed.
  await unlock(page);
  await go(page, `case/${CASE}`);
  await page.waitForSelector('text=狗在院里');
  // Locked, it is sent all the same.
  await go(page, 'device');
  await page.click('button.main');
  await page.waitForSelector('#passphrase');
  mock.fault = () => null;
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await page.evaluate(async () => (await import('/field/contact.js')).send(true));
  await delivered(mock, 1);
  assert(Array.from(mock.attempts.values())[0].plain.note === '狗在院里', 'the server opens the note');
});

await withDevice('a forgotten passphrase gives nobody the names', {}, async (page, mock) => {
  await signIn(page);
  await page.reload();
  await page.waitForSelector('#passphrase');
  await go(page, 'forgot');
  await page.click('button.danger');
  await page.waitForSelector('#password');
  assert(await page.locator('#again').count() === 0, 'the password of the account comes first');
  await page.fill('#password', 'right');
  await page.click('button.main');
  await page.fill('#passphrase', 'other words');
  await page.fill('#again', 'other words');
  await page.click('button.main');
  await page.waitForSelector('.cases');
  for (let tried = 0; tried < 40 && mock.signedOut.length < 1; tried += 1) await page.waitForTimeout(50);
  assert(mock.signedOut.length === 1, 'the earlier tokens are ended');
});

const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><circle cx="24" cy="24" r="20"/></svg>';

/** Two pictures and a film on the first page; one of the pictures is damaged on the way. */
const illustrate = mock => {
  const bundle = structuredClone(mock.bundle);
  const [round] = bundle.rounds;
  const sha256 = createHash('sha256').update(PICTURE).digest('hex');
  round.media = ['yes.svg', 'broken.svg'].map(name => ({ name, url: `/media/yunxi-2026/${name}?v=1`, kind: 'image', bytes: PICTURE.length, sha256 }));
  for (const form of round.forms) {
    for (const pages of Object.values(form.pages)) {
      const first = form.model.nodes.find(node => pages[node.name]).name;
      pages[first] = pages[first].replace('</h1>', `</h1><img class="q-image" src="media/yes.svg" alt=""><img class="q-image" src="media/broken.svg" alt="">
        <details class="sign"><summary>film</summary><video src="media/film.mp4"></video></details>`);
    }
  }
  mock.media.set('/media/yunxi-2026/yes.svg', PICTURE);
  mock.media.set('/media/yunxi-2026/broken.svg', PICTURE.slice(0, 60));
  mock.bundle = bundle;
  mock.etag = '"media"';
};

await withDevice('pictures without a network', {}, async (page, mock, context) => {
  illustrate(mock);
  await signIn(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  const media = () => page.evaluate(async () => {
    const { media } = (await import('/field/core.js')).app;
    return media && [media.kept.size, media.missing];
  });
  for (let tried = 0; tried < 50 && JSON.stringify(await media()) !== '[1,1]'; tried += 1) await page.waitForTimeout(50);
  assert(JSON.stringify(await media()) === '[1,1]', `one is kept, the damaged one is not: ${JSON.stringify(await media())}`);
  await context.setOffline(true);
  await unlock(page);
  await go(page, 'device');
  await page.waitForSelector('text=存了 1 个');
  await pages.check(page, 'device with pictures');
  await go(page, `interview/${CASE}`);
  await page.click('.read-out + button.main');
  await page.locator('#consent-part').check({ force: true });
  await page.click('button.main[type=submit]');
  await page.locator('#answering-self').check({ force: true });
  await page.locator('#ways-sign').check({ force: true });
  await page.click('button.main[type=submit]');
  await page.waitForSelector('text=手语影片不在设备里');
  await page.waitForFunction(() => {
    const found = Array.from(document.querySelectorAll('img.q-image'));
    return found.length === 1 && found[0].complete && found[0].naturalWidth === 48;
  });
  assert(await page.locator('details.sign').count() === 0, 'no film that cannot be played');
  await pages.check(page, 'question with a picture');
  await context.setOffline(false);
  await go(page, 'device');
  await page.click('button.second:has-text("退出")');
  await page.click('button.danger');
  await page.waitForSelector('#login');
  assert(!(await page.evaluate(() => caches.keys())).includes('minyi-media'), 'signing out leaves no picture');
});

await withDevice('signing out without a network', {}, async (page, mock) => {
  await signIn(page);
  const [sendOnly] = mock.sendOnly;
  mock.fault = () => 'cut';
  await go(page, 'device');
  await page.click('button.second:has-text("退出")');
  await page.click('button.danger');
  await page.waitForSelector('#login');
  const lying = await lyingThere(page);
  assert(!lying.includes('"vault",') && mock.signedOut.length === 0, 'not told yet');
  assert(JSON.parse(lying).vault.length === 0 && JSON.parse(lying).queue.length === 0, 'nothing is left but the token to be ended');
  mock.fault = () => null;
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  for (let tried = 0; tried < 60 && mock.signedOut.length < 1; tried += 1) await page.waitForTimeout(50);
  assert(mock.signedOut[0] === sendOnly, 'the server is told at the next contact');
});

await withDevice('sent in the background while the app is closed', {}, async (page, mock, context) => {
  await signIn(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  mock.fault = () => 'cut';
  await record(page, CASE, '下午在家');
  const { other, dispatch } = await closeApp(page, mock, context);
  assert(mock.attempts.size === 0, 'it waits');
  mock.fault = () => null;
  const before = mock.requests.length;
  await dispatch('Sync', { tag: 'minyi-field', lastChance: false });
  await delivered(mock, 1);
  assert(mock.requests.slice(before).every(request => request === 'POST attempts'), `no more than was to be sent: ${mock.requests.slice(before)}`);
  await other.goto(`${mock.url}/field`);
  await other.fill('#passphrase', PASSPHRASE);
  await other.click('button.main');
  await other.waitForSelector('nav.places');
  await go(other, 'queue');
  await other.waitForSelector('text=都送到了, text=没有').catch(() => {});
  assert(await other.locator('.state-waiting').count() === 0, 'the app knows that it was sent');
});

await withDevice('keyboard alone', {}, async page => {
  await signIn(page);
  await toQuestions(page, CASE);
  await page.keyboard.press('Tab');
  await page.locator('[data-go=next]').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-ask=age]');
  assert(await page.evaluate(() => document.activeElement.tagName) === 'H1', 'the question has the focus');
  await page.keyboard.press('Tab');
  await page.keyboard.type('30');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-ask=town]');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-ask=village]');
});

await withDevice('no room left', {}, async page => {
  await signIn(page);
  await toQuestions(page, CASE);
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=age]');
  const before = await page.evaluate(() => {
    globalThis.realPut = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function put() {
      throw new DOMException('no room', 'QuotaExceededError');
    };
    return document.querySelectorAll('[id="m:notice"]').length;
  });
  assert(before === 0, 'nothing was wrong before');
  await page.fill('#age', '30');
  await page.click('[data-go=next]');
  await page.waitForSelector('[id="m:notice"]:has-text("设备存不下了")');
  await pages.check(page, 'no room left');
  assert(await page.locator('[data-ask=age]').count() === 1, 'still on the page');
  assert(await page.inputValue('#age') === '30', 'what was typed is still there');
  await page.evaluate(() => { IDBObjectStore.prototype.put = globalThis.realPut; });
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=town]');
  await unlock(page);
  await go(page, `interview/${CASE}`);
  await page.waitForSelector('[data-ask=town]');
});

await withDevice('the browser closes the connection', {}, async page => {
  await signIn(page);
  await toQuestions(page, CASE);
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=age]');
  // Closed behind the store's back: the next transaction meets InvalidStateError.
  await page.evaluate(async () => { (await (await import('/field/core.js')).app.store.open()).close(); });
  await page.fill('#age', '30');
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=town]');
  // In the middle of a transaction too.
  const kept = await page.evaluate(async () => {
    const { app } = await import('/field/core.js');
    let tries = 0;
    await app.store.write(['meta'], async steps => {
      tries += 1;
      await steps.put('meta', tries, 'probe');
      if (tries === 1) steps.transaction.abort();
    });
    return [tries, await app.store.get('meta', 'probe')];
  });
  assert(kept[0] === 2 && kept[1] === 2, `an aborted transaction is begun again: ${kept}`);
});

await withDevice('data vanish', {}, async page => {
  await signIn(page);
  await toQuestions(page, CASE);
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=age]');
  await page.evaluate(async () => {
    (await (await import('/field/core.js')).app.store.open()).close();
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase('minyi-field');
      request.onsuccess = resolve;
      request.onerror = reject;
    });
    localStorage.clear();
  });
  await page.reload();
  await heading(page, '这台设备的数据被清掉了');
  await page.waitForSelector('text=1 份没做完');
  await pages.check(page, 'lost');
  await page.click('button.main');
  await page.waitForSelector('#login');
});

await withDevice('days without contact', {}, async (page, mock) => {
  await signIn(page);
  await toQuestions(page, CASE);
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=age]');
  mock.fault = () => 'cut';
  const later = async days => {
    await page.evaluate(shift => sessionStorage.setItem('shift', String(shift)), days * DAY);
    await page.reload();
    await page.waitForSelector('#passphrase, h1:has-text("清除")');
  };
  await later(8);
  assert(await draftCount(page) === 1, 'a clock that jumps wipes nothing the same day');
  await page.fill('#passphrase', PASSPHRASE);
  await page.click('button.main');
  await page.waitForSelector('.notice:has-text("已经 8 天没有连上服务器")');
  await pages.check(page, 'overdue');
  await later(0);
  await later(8.5);
  assert(await draftCount(page) === 1, 'a clock that was right in between begins anew');
  await later(9.6);
  await heading(page, '这台设备已经清除');
  await pages.check(page, 'wiped after days');
  assert(await draftCount(page) === 0, 'drafts are gone');
  mock.fault = () => null;
  await page.click('button.second');
  await page.waitForSelector('#login');
});

await withDevice('a wipe by the office', {}, async (page, mock) => {
  await signIn(page);
  mock.wipe = true;
  await page.click('main button.second');
  await heading(page, '这台设备已经清除');
  await pages.check(page, 'wiped by the office');
  const left = await page.evaluate(async () => {
    const { app } = await import('/field/core.js');
    const all = await Promise.all(['vault', 'drafts', 'queue'].map(store => app.store.all(store)));
    return all.reduce((sum, store) => sum + store.length, 0);
  });
  assert(left === 0, `${left} things are left`);
  for (let tried = 0; tried < 40 && mock.wiped === 0; tried += 1) await page.waitForTimeout(50);
  assert(mock.wiped === 1, 'the office was told');
});

await withDevice('a new questionnaire in the middle of an interview', {}, async (page, mock) => {
  await signIn(page);
  await toQuestions(page, CASE);
  await page.click('[data-go=next]');
  await page.waitForSelector('[data-ask=age]');
  const newer = structuredClone(mock.bundle);
  newer.rounds[0].forms[0].version = 'newer';
  mock.bundle = newer;
  mock.etag = '"2"';
  await go(page, '');
  await page.click('main button.second');
  await page.waitForTimeout(400);
  const versions = await page.evaluate(async () => {
    const { app } = await import('/field/core.js');
    return app.bundle.rounds[0].forms.filter(form => form.form === 'resident').map(form => [form.version, form.current]);
  });
  assert(versions.length === 2 && versions[0][0] === 'newer', `both versions are kept: ${versions}`);
  await go(page, `interview/${CASE}`);
  await page.waitForSelector('[data-ask=age]');
  await toQuestions(page, 'yunxi-2026/c-000004');
  const used = await page.evaluate(async () => (await import('/field/core.js')).app.drafts.map(draft => draft.version));
  assert(used.length === 2 && used[0] !== 'newer' && used[1] === 'newer', `old and new side by side: ${used}`);
});

await withDevice('offline, and a new version of the app', {}, async (page, mock, context) => {
  await signIn(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await page.waitForTimeout(300);
  await context.setOffline(true);
  await unlock(page);
  await toQuestions(page, CASE);
  await context.setOffline(false);
  mock.change = (name, bytes) => (name === 'shell.js' ? Buffer.from(bytes.toString().replace(/VERSION = '[0-9a-f]*'/, "VERSION = 'ffffffffffff'")) : bytes);
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration('/field')).update());
  await page.waitForTimeout(800);
  assert(await page.locator('text=应用有新版本').count() === 0, 'an interview is not disturbed');
  assert((await page.evaluate(() => caches.keys())).length === 2, 'the new files wait beside the old');
  await go(page, '');
  await page.click('button:has-text("现在更新")');
  await page.waitForSelector('#passphrase');
  await page.waitForTimeout(300);
  const caches = await page.evaluate(() => caches.keys());
  assert(caches.length === 1 && caches[0].endsWith('ffffffffffff'), `the new version is in use: ${caches}`);
  assert(await draftCount(page) === 1, 'the interview is still there');
});

await browser.close();
pages.report();
process.exit();
