// Reading aloud and films, as a person uses them: part by part with the current part marked, by the device's voice, by
// recordings where there is no voice, and with a clear message where there is neither; a film with its captions.
// A voice is played by the test: Debian's Chromium has none.
// task: { url, codes, none }: the address before a code, a questionnaire with a question `signed` that has recordings and films; what the page says where
// nothing can be read
import { assert, openBrowser, task } from './lib.mjs';
import { answer, consent, go, questionOf } from './answering.mjs';

const MOST_PAGES = 40;
const browser = await openBrowser(['--autoplay-policy=no-user-gesture-required']);

/** Stands for the phone's voices; what it is told to say waits until the test lets it end. */
function voices(languages) {
  const fake = {
    said: [], speaking: false, ends: null,
    getVoices: () => languages.map((lang) => ({ lang, name: lang })),
    cancel() { this.ends = null; this.speaking = false; },
    speak(utterance) {
      this.said.push({ text: utterance.text, lang: utterance.lang, rate: utterance.rate });
      this.speaking = true;
      this.ends = () => { this.speaking = false; utterance.onend(); };
      utterance.onstart();
    },
  };
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(window, 'speechSynthesis', { value: fake });
}

async function phone(languages, code) {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'zh-CN' });
  await context.addInitScript(voices, languages);
  const page = await context.newPage();
  await page.goto(task.url + code);
  await consent(page);
  await go(page);
  return page;
}

/** Answers until the page `name`. */
async function walkOn(page, name) {
  for (let count = 0; count < MOST_PAGES && questionOf(page) !== name; count += 1) {
    await answer(page, { plain: 'no', age: '34' });
    await go(page);
  }
  assert(questionOf(page) === name, `no page ${name}, but ${page.url()}`);
}

const marked = (page) => page.evaluate(() => [...document.querySelectorAll('.reading')].map((one) => one.innerText.trim()));
const stateOf = (page) => page.evaluate(() => ({ read: document.getElementById('read').innerText, pause: !document.getElementById('pause').hidden }));

// 1. A voice: every part in the order of the page, each marked while it is heard.
{
  const page = await phone(['en-US', 'zh-HK', 'zh-CN'], task.codes[0]);
  await walkOn(page, 'plain');
  const idle = await stateOf(page);
  await page.click('#read');
  const heard = [];
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const said = await page.evaluate(() => window.speechSynthesis.said.length);
    if (said === heard.length) break;
    const last = await page.evaluate(() => window.speechSynthesis.said.slice(-1)[0]);
    assert(last.lang === 'zh-CN', `spoken as ${last.lang}`);
    const lit = await marked(page);
    assert(lit.length === 1, `${lit.length} parts are marked`);
    assert(last.text.replace(/\s/g, '') === lit[0].replace(/\s/g, ''), `"${last.text}" is heard while "${lit[0]}" is marked`);
    heard.push(lit[0]);
    if (heard.length === 2) {
      // Pausing keeps the place and says the part again.
      await page.click('#pause');
      assert(!(await page.evaluate(() => window.speechSynthesis.speaking)), 'it speaks on while it is paused');
      await page.click('#pause');
      heard.push((await marked(page))[0]);
      assert(heard[2] === heard[1], `after the pause "${heard[2]}" is read, not "${heard[1]}" again`);
    }
    await page.evaluate(() => window.speechSynthesis.ends());
  }
  const order = await page.evaluate(() => [...document.querySelectorAll('main .progress, main h1, main .choice, main button.main')].map((one) => one.innerText.trim()));
  const once = heard.filter((part, at) => part !== heard[at - 1]);
  assert(JSON.stringify(once) === JSON.stringify(order), `heard ${once.join(' | ')}; on the page ${order.join(' | ')}`);
  assert((await marked(page)).length === 0, 'a part stays marked after the end');
  assert(JSON.stringify(await stateOf(page)) === JSON.stringify(idle), 'the button does not come back');
  assert((await page.inputValue('#heard')) === '1', 'that it was read aloud is not told with the answers');
  await page.context().close();
}

// 2. Neither a voice of the language nor a recording: said in words, and nothing is marked or noted.
{
  const page = await phone(['en-US'], task.codes[1]);
  await walkOn(page, 'plain');
  await page.click('#read');
  await page.locator('#said:not(:empty)').waitFor();
  const said = (await page.innerText('#said')).trim();
  assert(said === task.none, `said is "${said}"`);
  assert((await marked(page)).length === 0 && (await page.inputValue('#heard')) === '', 'something counts as read');

  // 3. Recordings where there is no voice: the recorded parts are heard, one after the other, and end.
  await walkOn(page, 'signed');
  await page.click('#read');
  const lit = new Set();
  for (let count = 0; count < 100 && (await stateOf(page)).pause; count += 1) {
    for (const part of await marked(page)) lit.add(part);
    await page.waitForTimeout(60);
  }
  assert(!(await stateOf(page)).pause, 'the recordings do not end');
  assert(['您会手语吗？', '会', '不会'].every((part) => lit.has(part)) && lit.size === 3, `marked were ${[...lit].join(' | ')}`);
  assert((await page.inputValue('#heard')) === '1', 'that recordings were heard is not told with the answers');

  // 4. Films: opened by the switch, with captions of the page's language, and noted when one is watched.
  await page.click('.view > summary');
  await Promise.all([page.waitForNavigation(), page.click('button[name=sign]')]);
  assert((await page.locator('details.sign[open] video').count()) === 3, 'a film for the question and one for each option');
  assert((await page.inputValue('#watched')) === '', 'no film has been watched yet');
  const film = await page.evaluate(async () => {
    const video = document.querySelector('details.sign video');
    const track = video.querySelector('track');
    await video.play();
    const LOADED = 2;
    for (let tried = 0; tried < 100 && track.readyState < LOADED; tried += 1) await new Promise((done) => { setTimeout(done, 50); });
    return { width: video.videoWidth, kind: track.kind, lang: track.srclang, shown: track.default, words: [...video.textTracks[0].cues].map((cue) => cue.text) };
  });
  assert(film.width > 0 && film.kind === 'captions' && film.lang === 'zh' && film.shown, JSON.stringify(film));
  assert(film.words.join() === '您会手语吗？', `the captions say ${film.words.join()}`);
  assert((await page.inputValue('#watched')) === '1', 'that a film was watched is not told with the answers');
  await page.context().close();
}

console.log(JSON.stringify({ done: true }));
await browser.close();
