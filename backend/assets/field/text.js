// Texts as the server reads them: Unicode's white space, which is not quite that of String.prototype.trim, and
// characters counted as people count them.

const SPACE = '\\u0009-\\u000d\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const AROUND = new RegExp('^[' + SPACE + ']+|[' + SPACE + ']+$', 'g');
const BETWEEN = new RegExp('[' + SPACE + ']+');

export function trim(text) {
  return text.replace(AROUND, '');
}

/** The words of a text; none for a blank one. */
export function words(text) {
  const trimmed = trim(text);
  return trimmed === '' ? [] : trimmed.split(BETWEEN);
}

/** How many characters a text has; one outside the basic plane counts once. */
export function length(text) {
  return Array.from(text).length;
}

/**
 * The string of a text in several languages, as survey-forms' Text::get finds it. `zh-x-proxy-easy` looks for both
 * wordings, then for each alone; then come the language, a relative of it, and the default. A wording that was not
 * asked for is never given.
 */
export function pick(text, lang) {
  if (!text) return '';
  const [language, wordings] = split(lang);
  const given = Object.keys(text).filter(tag => text[tag]);
  const worded = wanted => given.find(tag => {
    const [base, has] = split(tag);
    return base === language && has.length === wanted.length && wanted.every(word => has.indexOf(word) >= 0);
  });
  const found = wordings.length === 0 ? undefined
    : worded(wordings) || wordings.map(word => worded([word])).find(tag => tag !== undefined);
  if (found !== undefined) return text[found];
  let tag = language;
  for (;;) {
    if (text[tag]) return text[tag];
    const at = tag.lastIndexOf('-');
    if (at < 0) break;
    tag = tag.slice(0, at);
  }
  const plain = given.filter(other => other.indexOf('-x-') < 0);
  const near = plain.find(other => other.startsWith(tag + '-')) || plain[0];
  return near === undefined ? '' : text[near];
}

/** `zh-x-proxy-easy` → `zh` and [proxy, easy]. */
function split(tag) {
  const at = tag.indexOf('-x-');
  return at < 0 ? [tag, []] : [tag.slice(0, at), tag.slice(at + 3).split('-')];
}

/** The same change made in every language. */
export function mapText(text, change) {
  const out = {};
  for (const lang of Object.keys(text)) out[lang] = change(text[lang], lang);
  return out;
}
