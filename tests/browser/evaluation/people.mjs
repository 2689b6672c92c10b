// The people of the evaluation: each has a browser window of their own, signs in and reads pages as they are shown.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Pages, assert, task } from '../lib.mjs';

const VIEWPORT = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 640 };

export class Office {
  /** What all windows share: the browser, axe, and the number of the next picture. */
  constructor(browser) {
    this.browser = browser;
    this.pages = new Pages(browser, { viewport: VIEWPORT });
    // Where a page may run no script, axe looks at a twin of it.
    this.plain = new Pages(browser, { javascript: false, viewport: PHONE });
    this.shot = 0;
  }

  /** Ends the script: what axe found makes it fail. */
  report(said) {
    this.pages.problems.push(...this.plain.problems);
    this.pages.checked += this.plain.checked;
    this.pages.report(said);
  }

  /** A window in which nobody is signed in. */
  async stranger(settings = {}) {
    const context = await this.browser.newContext({ viewport: VIEWPORT, locale: 'zh-CN', acceptDownloads: true, ...settings });
    return new Person(this, await context.newPage());
  }

  /** A phone, which runs scripts or does not. */
  async phone(scripts) {
    const person = await this.stranger({ viewport: PHONE, javaScriptEnabled: scripts });
    if (!scripts) person.checks = this.plain;
    return person;
  }

  /** A window in which `login` is signed in. */
  async signedIn(login) {
    const person = await this.stranger();
    await person.open('/console');
    await person.page.fill('#login', login);
    await person.page.fill('#password', task.passwords[login]);
    await person.press('main form button.main');
    assert(person.path() === '/console', `${login} is not let in: ${await person.words()}`);
    return person;
  }
}

export class Person {
  constructor(office, page) {
    this.office = office;
    this.page = page;
    this.checks = office.pages;
  }

  async open(path) {
    return this.page.goto(path.startsWith('http') ? path : `${task.baseUrl}${path}`);
  }

  /** The round's page, or one below it. */
  async round(part = '') {
    return this.open(`/console/rounds/${task.round}${part}`);
  }

  /** Presses a button or a link and waits for the page that it leads to. */
  async press(selector) {
    await Promise.all([this.page.waitForNavigation(), this.page.locator(selector).first().click()]);
  }

  path() {
    return new URL(this.page.url()).pathname;
  }

  /** The words of the page. */
  async words(selector = 'main') {
    return this.page.locator(selector).first().innerText();
  }

  /** The rows of a table by their first cell, each a list of the others. */
  async table(id) {
    const rows = await this.page.locator(`table:has(caption#${id}) tbody tr`).evaluateAll((all) => all.map((row) => (
      [...row.children].map((cell) => cell.innerText.trim()))));
    return Object.fromEntries(rows.map(([first, ...others]) => [first, others]));
  }

  /** The values of a list of facts by their names. */
  async facts() {
    return Object.fromEntries(await this.page.locator('main dl.facts > div').evaluateAll((all) => all.map((one) => (
      [one.querySelector('dt').innerText.trim(), one.querySelector('dd').innerText.trim()]))));
  }

  /** Lets axe look at the page, and keeps a picture of it where pictures are asked for. */
  async look(where) {
    await this.checks.check(this.page, where);
    if (!task.shots) return;
    mkdirSync(task.shots, { recursive: true });
    this.office.shot += 1;
    const name = `${String(this.office.shot).padStart(2, '0')}-${where.replace(/[^\w]+/g, '-')}.png`;
    await this.page.screenshot({ path: join(task.shots, name), fullPage: true });
  }

  /** What this person's session is given at an address, whatever it is. */
  async fetch(path) {
    return this.page.context().request.get(`${task.baseUrl}${path}`, { maxRedirects: 0, failOnStatusCode: false });
  }

  async close() {
    await this.page.context().close();
  }
}

/** Fails with what the page says, where it does not say `wanted`. */
export function says(text, wanted, where) {
  assert(text.includes(wanted), `${where}: “${wanted}” is not in:\n${text.slice(0, 2000)}`);
}
