// What is checked on every state of every page: axe at the narrowest and the widest window, and at every width the window's width, the size of targets, the
// focus of every tab stop, text spacing, zoom, forced colours, motion. A finding is `{ width, rule, target }`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const WIDTHS = [320, 360, 768, 1280];
export const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
/** A desk's window of 1280 × 1024 at 400 % (WCAG 1.4.10). */
const ZOOMED = { width: 320, height: 256 };
const HEIGHT = 640;
/** Least side of a target in CSS pixels: WCAG 2.5.5 for respondents and on visits, 2.5.8 at a desk. */
const TARGET = { respondent: 44, interviewer: 44, console: 24, mail: 24 };
/** Widths at which axe looks. Between them the style sheets' breaks move boxes; words and roles are the same. */
const AXE_WIDTHS = [320, 1280];

async function axe(page, rules = { runOnly: { type: 'tag', values: AXE_TAGS } }) {
  if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(axeSource);
  const violations = await page.evaluate(
    async (options) => (await window.axe.run(document, options)).violations.map(({ id, help, nodes }) => ({
      id, help, nodes: nodes.map((node) => `${node.target.join(' ')} ${node.html.slice(0, 120)}`),
    })), rules);
  return violations.flatMap(({ id, help, nodes }) => nodes.map((target) => ({ rule: `${id} (${help})`, target })));
}

/** Whatever is wider than the window, or cut off at its own edge. */
function overflow(page, rule) {
  return page.evaluate((named) => {
    const found = [];
    const root = document.scrollingElement;
    const path = (one) => `${one.tagName.toLowerCase()}${one.id ? `#${one.id}` : ''}.${one.className.baseVal ?? one.className}`;
    if (root.scrollWidth > root.clientWidth) {
      const wide = [...document.querySelectorAll('body *')].filter((one) =>
        one.getBoundingClientRect().right > root.clientWidth + 0.5 && !one.closest('.scroll'));
      const target = wide.length > 0 ? path(wide[wide.length - 1]) : 'html';
      found.push({ rule: `${named}: ${root.scrollWidth - root.clientWidth} px wider than the window`, target });
    }
    for (const one of document.querySelectorAll('body *')) {
      const style = getComputedStyle(one);
      const box = one.getBoundingClientRect();
      if (!one.checkVisibility()) continue;
      if (style.overflowX === 'visible' || style.overflowX === 'auto' || style.overflowX === 'scroll') continue;
      // What is hidden from sight on purpose has one pixel.
      if (box.width <= 1.5 || box.height <= 1.5 || one.closest('svg') || /^(INPUT|TEXTAREA|SELECT|VIDEO|AUDIO)$/.test(one.tagName)) continue;
      if (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1) {
        found.push({ rule: `${named}: its text is cut off`, target: path(one) });
      }
    }
    return found;
  }, rule);
}

/** Controls smaller than a finger. A link within a sentence is as high as its line (WCAG 2.5.5 and 2.5.8, "inline"). */
function smallTargets(page, least) {
  return page.evaluate((side) => {
    const found = [];
    for (const one of document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=button]')) {
      const box = (one.labels?.[0]?.contains(one) ? one.labels[0] : one).getBoundingClientRect();
      if (one.type === 'hidden' || box.width <= 1.5 || box.height <= 1.5) continue;
      if (!one.checkVisibility({ visibilityProperty: true })) continue;
      const inline = one.tagName === 'A' && getComputedStyle(one).display === 'inline'
        && one.parentElement.textContent.trim() !== one.textContent.trim();
      if (!inline && (box.width < side - 0.5 || box.height < side - 0.5)) {
        found.push({
          rule: `target of ${box.width.toFixed(0)} × ${box.height.toFixed(0)} px, less than ${side}`,
          target: one.outerHTML.slice(0, 120),
        });
      }
    }
    return found;
  }, least);
}

const MOST_STOPS = 900;
const FOLDS = 3;
/** Stops that are looked at again in other colours and at 400 %: those of a long table are alike. */
const FEW_STOPS = 60;

/** Goes through the page by Tab: each of the first `most` stops shows its focus and is in sight; all controls are stops. */
async function focus(page, most = MOST_STOPS) {
  const found = [];
  await toTop(page);
  await page.evaluate(() => { window.stops = new Set(); window.lastStop = null; });
  for (let stop = 0; stop < most; stop += 1) {
    await page.keyboard.press('Tab');
    const seen = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body || one === document.documentElement) return null;
      // A date field has stops of its own inside.
      if (one === window.lastStop) return 'inside';
      if (window.stops.has(one)) return null;
      window.stops.add(one);
      window.lastStop = one;
      const drawn = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
      const label = one.labels?.[0];
      const near = [one, ...(label ? label.querySelectorAll('*') : [])];
      // What is in a frame has the focus then, and is looked at as a page of its own.
      const isShown = one.tagName === 'IFRAME' || near.some((each) => drawn(getComputedStyle(each))
        || ['::before', '::after'].some((part) => {
          const style = getComputedStyle(each, part);
          return style.content !== 'none' && drawn(style);
        }));
      const box = (label?.contains(one) ? label : one).getBoundingClientRect();
      const [x, y] = [Math.min(box.left + box.width / 2, innerWidth - 1), (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2];
      const inSight = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 1.5;
      const top = inSight ? document.elementFromPoint(x, y) : null;
      const isCovered = inSight && !(one.contains(top) || top?.contains(one) || label?.contains(top));
      return { html: one.outerHTML.slice(0, 120), isShown, inSight, isCovered };
    });
    if (!seen) break;
    if (seen === 'inside') continue;
    if (!seen.isShown) found.push({ rule: 'its focus is not shown', target: seen.html });
    if (!seen.inSight) found.push({ rule: 'it has the focus out of sight', target: seen.html });
    if (seen.isCovered) found.push({ rule: 'something covers it while it has the focus', target: seen.html });
  }
  const missed = most < MOST_STOPS ? [] : await page.evaluate(() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, audio, video')]
    .filter((one) => {
      const box = one.getBoundingClientRect();
      if (one.type === 'hidden' || one.disabled || one.tabIndex < 0 || box.width === 0 || !one.checkVisibility()) return false;
      // One stop for a set of radio buttons.
      const set = one.type === 'radio' ? document.getElementsByName(one.name) : [one];
      return ![...set].some((each) => window.stops.has(each));
    }).map((one) => one.outerHTML.slice(0, 120)));
  found.push(...missed.map((target) => ({ rule: 'Tab does not reach it', target })));
  await toTop(page);
  return found;
}

/** Tab begins at the top again: a browser goes on from where the focus was, even when that is gone. */
function toTop(page) {
  return page.evaluate(() => {
    const top = document.createElement('span');
    top.tabIndex = -1;
    document.body.prepend(top);
    top.focus();
    top.remove();
    window.scrollTo(0, 0);
  });
}

/** A style of the reader's own: WCAG 1.4.12. A made sheet is no inline style, so the page's policy lets it in. */
const SPACING = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }`;

async function withStyle(page, css, look) {
  await page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
  }, css);
  const found = await look();
  await page.evaluate(() => { document.adoptedStyleSheets = []; });
  return found;
}

async function withMedia(page, media, look) {
  await page.emulateMedia(media);
  const found = await look();
  await page.emulateMedia(Object.fromEntries(Object.keys(media).map((key) => [key, null])));
  return found;
}

async function withClass(page, name, look) {
  const had = await page.evaluate((one) => document.documentElement.classList.contains(one), name);
  await page.evaluate((one) => document.documentElement.classList.add(one), name);
  const found = await look();
  if (!had) await page.evaluate((one) => document.documentElement.classList.remove(one), name);
  return found;
}

/** What every page is, whatever it is about. */
function frame(page) {
  return page.evaluate(() => {
    const found = [];
    const check = (holds, rule, target = 'html') => { if (!holds) found.push({ rule, target }); };
    check(document.querySelectorAll('h1').length === 1, `${document.querySelectorAll('h1').length} headings of level 1`);
    check(/^(zh-CN|zh-Hans|zh|en)/.test(document.documentElement.lang), `its language is "${document.documentElement.lang}"`);
    check(document.title.trim().length > 3, 'no title');
    const isFaulty = document.querySelector('.faults, [aria-invalid=true]') !== null;
    check(isFaulty === /^(有?错误|Error)/.test(document.title), `faults: ${isFaulty}, but the title is "${document.title}"`);
    for (const input of document.querySelectorAll('table input[type=radio], [role=grid] input[type=radio]')) {
      check(false, 'a matrix of radio buttons', input.outerHTML);
    }
    for (const one of document.querySelectorAll('[tabindex]')) check(one.tabIndex <= 0, 'an order of its own for Tab', one.outerHTML.slice(0, 120));
    for (const one of document.querySelectorAll('[onclick], [style]:not([style=""]), script:not([src]), style')) {
      check(false, 'inline script or style', one.outerHTML.slice(0, 120));
    }
    return found;
  });
}

/**
 * What the page is built of, without its words: rows and items that are alike count once, however many there are. Of two
 * pages of one structure, only the words can break the second.
 */
export function structure(page) {
  return page.evaluate(() => {
    const told = ['class', 'type', 'role', 'open', 'hidden', 'disabled', 'scope', 'dir'];
    const of = (one) => {
      const marks = [...one.attributes].map(({ name, value }) =>
        told.includes(name) ? `${name}=${value}` : name.startsWith('aria-') ? name : '').filter(Boolean).sort();
      const inside = [...one.children].filter(({ tagName }) => !/^(HEAD|SCRIPT)$/.test(tagName)).map(of);
      return `${one.tagName}[${marks.join(' ')}](${inside.filter((each, nth) => each !== inside[nth - 1]).join()})`;
    };
    return of(document.documentElement);
  });
}

/**
 * Every finding about the page as it stands, which is left as it was.
 *
 * @param who "respondent", "interviewer" or "console": decides the size of targets, and whether the page has a dark side
 * @param light for a page that differs from one looked at in full by its words or colours only: what words can break
 */
export async function findings(page, who, light = false) {
  const all = [];
  const at = (width, found) => all.push(...found.map((one) => ({ width, ...one })));
  const before = page.viewportSize();
  // Mail programs drop style sheets: a message has its styles in its elements.
  at('-', (await frame(page)).filter(({ rule }) => who !== 'mail' || rule !== 'inline script or style'));
  for (const width of light ? AXE_WIDTHS : WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    if (width === 320 || (!light && AXE_WIDTHS.includes(width))) at(width, await axe(page));
    at(width, await overflow(page, 'at its own spacing'));
    at(width, await smallTargets(page, TARGET[who]));
    at(width, await withStyle(page, SPACING, () => overflow(page, 'with wide text spacing')));
  }
  if (!light) at(1280, await focus(page));
  // What a page folds away is looked at unfolded, too.
  const folded = await page.evaluate(() => {
    window.unfolded = [...document.querySelectorAll('details:not([open])')];
    for (const one of window.unfolded) one.open = true;
    return window.unfolded.length;
  });
  if (folded > 0) {
    for (const width of [WIDTHS[0], WIDTHS[WIDTHS.length - 1]]) {
      await page.setViewportSize({ width, height: HEIGHT });
      if (width === WIDTHS[0]) at(`${width}, unfolded`, await axe(page));
      at(`${width}, unfolded`, await overflow(page, 'unfolded'));
      at(`${width}, unfolded`, await smallTargets(page, TARGET[who]));
      at(`${width}, unfolded`, await withStyle(page, SPACING, () => overflow(page, 'unfolded, with wide text spacing')));
    }
    // Many of a kind are alike to Tab: the first few stand for them.
    await page.evaluate((few) => { for (const one of window.unfolded.slice(few)) one.open = false; }, FOLDS);
    if (!light) at('unfolded', await focus(page));
    await page.evaluate(() => { for (const one of window.unfolded) one.open = false; });
  }
  await page.setViewportSize(ZOOMED);
  at('400 %', await overflow(page, 'zoomed to 400 %'));
  if (!light) at('400 %', await focus(page, FEW_STOPS));
  await page.setViewportSize({ width: 360, height: HEIGHT });
  if (!light) at('forced colours', await withMedia(page, { forcedColors: 'active' }, () => focus(page, FEW_STOPS)));
  at('reduced motion', await withMedia(page, { reducedMotion: 'reduce' }, () => page.evaluate(() =>
    document.getAnimations().map((one) => ({ rule: 'it moves', target: String(one.effect?.target?.outerHTML).slice(0, 120) })))));
  const contrast = { runOnly: { type: 'rule', values: ['color-contrast'] } };
  if (!light) at('dark device', await withMedia(page, { colorScheme: 'dark' }, () => axe(page, contrast)));
  if (who === 'respondent') {
    const high = { runOnly: { type: 'rule', values: ['color-contrast-enhanced'] } };
    if (!light) {
      at('dark', await withClass(page, 'dark', () => axe(page, high)));
      at('dark', await withClass(page, 'dark', () => focus(page, FEW_STOPS)));
      at('more contrast', await withMedia(page, { contrast: 'more' }, () => axe(page, high)));
    }
    await page.setViewportSize({ width: 320, height: HEIGHT });
    at('largest text', await withClass(page, 'largest', () => overflow(page, 'at the largest text')));
  }
  await page.setViewportSize(before);
  return all;
}
