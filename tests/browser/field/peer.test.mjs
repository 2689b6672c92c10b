// The same expressions before Enketo's own evaluator (openrosa-xpath-evaluator, Apache-2.0): whoever sends to `/openrosa`
// with Enketo must come to the values that this server comes to. Where the two differ it is said why; what the vectors
// follow there is JavaRosa, which Collect and ODK Validate use, or what XPath 1.0 says.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { mock, test } from 'node:test';

process.env.TZ = 'UTC';

/** Vectors made at random come after those made by hand; they mix types as no questionnaire does. */
const RANDOM = 600;
const NUMBER = 1;
const TYPES = { number: NUMBER, text: 2, boolean: 3, date: 2 };

// What Enketo's page does beside its evaluator, or what its evaluator does not know.
const ELSEWHERE = /\b(item-at|version|property|pulldata|base64-decode|jr:choice-name|indexed-repeat|is-selected|position)\(/;

// By the first of these that is in the source.
const DIFFERENCES = [
  // An empty question is a node all the same, and a node is true to XPath; JavaRosa takes its text.
  [/\$\{gone\} and|not\(\$\{gone\}\)|if\(\$\{gone\}/, 'a reference as true or false'],
  [/\b(sum|min|max|count|count-non-empty)\(/, 'a question without an answer among numbers; what is no node-set'],
  [/\bregex\(/, 'JavaRosa matches the whole, and its \\w and \\d are those of Java'],
  [/^-|--/, 'a sign before a sign, or before a reference, is not parsed'],
  [/\bdate\(|= \$\{day\}|= '30\.0'|number\('0000|\bage\[2\]|^gone|\$\{ age/, 'what is no day is empty; a day has no time of day'],
  [/\b(now|today|random|uuid)\(/, 'another clock and other dice'],
  [/selected\(\$\{(set|gone|words)\}|string-length\(\$\{name|substr\(\$\{name/, 'spaces in choices; characters outside the first plane count once'],
  [/\bdigest\(/, 'characters outside the first plane; only the names of ODK\'s algorithms'],
  [/'1e3'|'1e1|round\(1, 400\)|translate\('aa', 'aa'/, 'XPath 1.0 knows no exponents; the first of two letters wins'],
  [/decimal-(time|date-time)\(|-05:00|-07:00/, 'an offset stays the device\'s, and a time may do without seconds'],
  [/format-date(-time)?\(/, 'years before 0, and letters that are none'],
  [/\b(area|distance)\(/, 'points as so many arguments, and what is no point'],
];

function peer() {
  const require = createRequire(import.meta.url);
  let found;
  try {
    found = { dom: require('jsdom').JSDOM };
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    return null;
  }
  const { window } = new found.dom('');
  const xml = new window.DOMParser().parseFromString('<data/>', 'text/xml');
  // It expects a browser's.
  Object.assign(globalThis, {
    Document: window.Document,
    Element: window.Element,
    Node: window.Node,
    XPathEvaluator: class {
      evaluate(...given) {
        return xml.evaluate(...given);
      }
    },
    XPathResult: window.XPathResult,
    document: window.document,
    window,
  });
  return { evaluator: require('openrosa-xpath-evaluator')(), xml };
}

test('Enketo\'s evaluator has the server\'s values', t => {
  const found = peer();
  if (!found) {
    t.skip('npm ci has not been run since the peer came');
    return;
  }
  const { evaluator, xml } = found;
  const path = new URL('../../../survey-forms/tests/vectors/expressions.json', import.meta.url);
  const file = JSON.parse(readFileSync(path, 'utf8'));
  mock.timers.enable({ apis: ['Date'], now: Date.parse(`${file.today}T00:00:00Z`) });
  const add = (name, typed) => {
    const node = xml.createElement(name);
    node.textContent = typed ? Object.values(typed)[0] : '';
    xml.documentElement.append(node);
    return node;
  };
  for (const [name, typed] of Object.entries(file.answers)) if (name !== '.') add(name, typed);
  add('gone', null);
  const here = add('here', file.answers['.']);
  const count = { same: 0, differ: 0, elsewhere: 0 };
  const strange = [];
  for (const { source, value } of file.vectors.slice(0, -RANDOM)) {
    // `town` is a column of a list of choices.
    if (ELSEWHERE.test(source) || /\btown\b/.test(source)) {
      count.elsewhere += 1;
      continue;
    }
    const [kind, ours] = Object.entries(value)[0];
    const type = TYPES[kind];
    let theirs;
    try {
      const result = evaluator.evaluate(source.replace(/\$\{([^}]+)\}/g, '/data/$1'), here, null, type);
      theirs = type === NUMBER ? result.numberValue : type === TYPES.text ? result.stringValue : result.booleanValue;
    } catch (error) {
      theirs = error;
    }
    // The two have not the same number of digits of the earth's radius.
    const near = (/\b(area|distance)\(/.test(source) ? 1e-5 : 1e-9) * Math.max(1, Math.abs(theirs));
    const isSame =
      type === NUMBER && typeof theirs === 'number'
        ? Object.is(Number(ours), theirs) || Number(ours) === theirs || Math.abs(Number(ours) - theirs) <= near
        : theirs === ours;
    if (isSame) count.same += 1;
    else if (DIFFERENCES.some(([pattern]) => pattern.test(source))) count.differ += 1;
    else strange.push(`${source}: ${ours}, theirs ${theirs}`);
  }
  mock.timers.reset();
  t.diagnostic(JSON.stringify(count));
  assert.deepEqual(strange, []);
  assert.ok(count.same > 170, JSON.stringify(count));
  assert.ok(count.differ < 70, JSON.stringify(count));
});
