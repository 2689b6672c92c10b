// What a screen reader speaks on a page, read from its first word to its last, by a virtual screen reader that runs
// in the page. Names and roles are Chromium's own (see FLAG), so that the words are those that a phone gets.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const module = readFileSync(require.resolve('@guidepup/virtual-screen-reader/browser.js'), 'utf8');
// The page's security policy lets no module in; a plain script given by the debugger is no concern of it.
const source = `(() => {${module.replace(/export\{[\w$]+ as Virtual,([\w$]+) as virtual\};?/, 'window.speaker = $1;')}\n})()`;

/** With this flag Chromium tells scripts the name and the role that it gives to assistive technology. */
export const FLAG = '--enable-blink-features=ComputedAccessibilityInfo';

const MOST_PHRASES = 1500;

/**
 * All that is spoken from the top of `page` to its end: the title first, then phrase by phrase.
 *
 * Left out is what the virtual reader speaks and no real one does: "paragraph" and "strong", the end of an item, the
 * `value` of a button, the words within a heading or a link that were just its name, and the text of a label whose
 * radio button or checkbox was just spoken (Chromium prunes it from its tree).
 */
export async function spoken(page) {
  await page.evaluate(source);
  const phrases = await page.evaluate(async (most) => {
    const { speaker } = window;
    const named = (node) => {
      const control = node.parentElement?.closest('label')?.control;
      const isLabel = control?.type === 'radio' || control?.type === 'checkbox';
      return node.nodeType === Node.TEXT_NODE && (isLabel || node.parentElement?.closest('a[href],h1,h2,h3,button,th'));
    };
    const silent = /^((end of )?(paragraph|strong|emphasis)|end of (heading|link|listitem|definition|term)\b.*)$/;
    const log = [];
    await speaker.start({ container: document.body });
    const top = speaker.activeNode;
    let phrase = await speaker.lastSpokenPhrase();
    do {
      const node = speaker.activeNode;
      if (node.tagName === 'BUTTON' && node.value) phrase = phrase.replace(`, ${node.value}`, '');
      if (!named(node) && !silent.test(phrase)) log.push(phrase);
      await speaker.next();
      phrase = await speaker.lastSpokenPhrase();
    } while (phrase !== 'end of document' && speaker.activeNode !== top && log.length < most);
    await speaker.stop();
    return log;
  }, MOST_PHRASES);
  if (phrases.length >= MOST_PHRASES) throw new Error(`the reading of ${page.url()} does not end`);
  return [`title, ${await page.title()}`, ...phrases];
}
