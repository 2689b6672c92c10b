// The value of an expression: XPath 1.0's rules with days as ODK adds them, exactly as the server's
// survey-forms/src/expression/evaluate.rs. Both are held to survey-forms/tests/vectors/expressions.json.
//
// A value is a boolean, a number, a text or a Day. A missing answer is the empty text. Every tree has a value in
// every context: what makes no sense is NaN or the empty text.

import { ParkMiller, hexadecimal, uuid } from './chance.js';
import { Day, atOffset, dayFromNumber, formatDay, parseDay, parseMoment, parseTime } from './day.js';
import { digest } from './digest.js';
import { area, distance, points } from './geo.js';
import { length, trim, words } from './text.js';

const DAY_MS = 86400000;

const PLAIN_NUMBER = /^-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/;

export function toBoolean(value) {
  switch (typeof value) {
    case 'boolean': return value;
    case 'number': return value !== 0 && !Number.isNaN(value);
    case 'string': return value !== '';
    default: return true;
  }
}

/** A day, or a text that is one, is days since 1970-01-01; `offset`: minutes by which the clock of the place is ahead of
 * Greenwich's, null where it is not known. */
export function toNumber(value, offset = null) {
  switch (typeof value) {
    case 'boolean': return value ? 1 : 0;
    case 'number': return value;
    case 'string': {
      const text = trim(value);
      if (PLAIN_NUMBER.test(text)) return Number(text);
      return daysOf(text, offset);
    }
    default: return value.days;
  }
}

/** Days since 1970-01-01 of a day or a moment, by the clock of the place; else NaN. */
function daysOf(text, offset) {
  const moment = parseMoment(text);
  if (moment) return momentToDays(moment, offset);
  const day = parseDay(text);
  return day ? day.days : NaN;
}

function momentToDays({ day, time }, offset) {
  const ahead = time.offset === null ? 0 : time.offset - (offset || 0);
  return day.days + (time.ms - ahead * 60000) / DAY_MS;
}

export function toText(value) {
  switch (typeof value) {
    case 'boolean': return value ? 'true' : 'false';
    case 'number': return numberText(value);
    case 'string': return value;
    default: return value.toString();
  }
}

/** What is stored for a calculation: NaN and infinities are no answer. */
export function toAnswer(value) {
  return typeof value === 'number' && !Number.isFinite(value) ? '' : toText(value);
}

/** The shortest decimal digits that read back as this number, never with an exponent. */
function numberText(value) {
  if (value === 0) return '0';
  const text = String(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!parts) return text;
  const [, sign, first, rest = '', power] = parts;
  const digits = first + rest;
  const point = 1 + Number(power);
  if (point <= 0) return sign + '0.' + '0'.repeat(-point) + digits;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length);
  return sign + digits.slice(0, point) + '.' + digits.slice(point);
}

function equal(left, right, offset) {
  if (typeof left === 'boolean' || typeof right === 'boolean') return toBoolean(left) === toBoolean(right);
  if (typeof left === 'string' && typeof right === 'string') {
    if (left === right) return true;
    // Two moments are the same however their clocks are set.
    const [one, other] = [parseMoment(left), parseMoment(right)];
    return Boolean(one && other) && momentToDays(one, offset) === momentToDays(other, offset);
  }
  return toNumber(left, offset) === toNumber(right, offset);
}

/**
 * The value of a tree as survey_forms::client writes it.
 * context: { answer(name), current, column(name), today, now, offset (minutes or null), chance(), language, choiceName(question, value), version,
 * property(name), pulled(table, column, keyColumn, key) } with today a Day.
 */
export function evaluate(tree, context) {
  switch (tree[0]) {
    case 'number': return Number(tree[1]);
    case 'text': return tree[1];
    case 'answer': return context.answer(tree[1]);
    case 'current': return context.current;
    case 'column': return context.column(tree[1]);
    case 'negate': return -toNumber(evaluate(tree[1], context), context.offset);
    case 'op': return operate(tree, context);
    case 'match': return new RegExp(tree[2], 'u').test(toText(evaluate(tree[1], context)));
    case 'call': return call(tree, context);
    default: throw new Error('unknown part of an expression: ' + tree[0]);
  }
}

export function holds(tree, context) {
  return toBoolean(evaluate(tree, context));
}

function operate(tree, context) {
  const left = evaluate(tree[2], context);
  if (tree[1] === 'and') return toBoolean(left) && toBoolean(evaluate(tree[3], context));
  if (tree[1] === 'or') return toBoolean(left) || toBoolean(evaluate(tree[3], context));
  const right = evaluate(tree[3], context);
  const { offset } = context;
  if (tree[1] === '=') return equal(left, right, offset);
  if (tree[1] === '!=') return !equal(left, right, offset);
  const l = toNumber(left, offset);
  const r = toNumber(right, offset);
  switch (tree[1]) {
    case '<': return l < r;
    case '<=': return l <= r;
    case '>': return l > r;
    case '>=': return l >= r;
    case '+': return l + r;
    case '-': return l - r;
    case '*': return l * r;
    case 'div': return l / r;
    case 'mod': return l % r;
    default: throw new Error('unknown operator: ' + tree[1]);
  }
}

function call(tree, context) {
  const run = FUNCTIONS[tree[1]];
  if (!run) throw new Error('unknown function: ' + tree[1]);
  return run(new Arguments(tree, context));
}

class Arguments {
  constructor(tree, context) {
    this.tree = tree;
    this.context = context;
    this.count = tree.length - 2;
  }

  value(at) {
    return at < this.count ? evaluate(this.tree[at + 2], this.context) : '';
  }

  text(at) {
    return toText(this.value(at));
  }

  number(at) {
    return toNumber(this.value(at), this.context.offset);
  }

  boolean(at) {
    return toBoolean(this.value(at));
  }

  /** Values from `at` on. */
  rest(at) {
    return this.tree.slice(at + 2).map(tree => evaluate(tree, this.context));
  }

  /** Values that are not empty. */
  given() {
    return this.rest(0).filter(value => value !== '');
  }

  numbers() {
    return this.given().map(value => toNumber(value, this.context.offset));
  }

  /** The points of all that is given, one after the other; null where something is no place. */
  points() {
    const parts = this.given().map(value => points(toText(value)));
    return parts.indexOf(null) < 0 ? [].concat(...parts) : null;
  }
}

/** A place in a list: cut to a whole number; null when it is none. */
function place(value) {
  return value >= 0 && value <= 4294967296 ? Math.trunc(value) : null;
}

/** Halves go away from zero. */
function roundHalf(value) {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

function extreme(numbers, pick) {
  return numbers.length === 0 ? NaN : numbers.reduce((a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : pick(a, b)));
}

function substr(args) {
  const characters = Array.from(args.text(0));
  const at = index => {
    const asked = args.number(index);
    // From the end when negative, as in ODK.
    const fromStart = asked < 0 ? characters.length + asked : asked;
    const found = place(fromStart > 0 ? fromStart : 0);
    return Math.min(found === null ? characters.length : found, characters.length);
  };
  const start = at(1);
  const end = args.count > 2 ? at(2) : characters.length;
  return characters.slice(start, Math.max(start, end)).join('');
}

/** Before and after the first occurrence, or null. */
function cut(text, part) {
  const at = text.indexOf(part);
  return at < 0 ? null : [text.slice(0, at), text.slice(at + part.length)];
}

function matches(text, source) {
  try {
    return new RegExp('^(?:' + source + ')$', 'u').test(text);
  } catch (wrong) {
    return false;
  }
}

/** The day and its milliseconds that a value says, by the clock of the place, or null. */
function clock(value, offset) {
  if (value instanceof Day) return [value, 0];
  if (typeof value === 'boolean') return null;
  if (typeof value === 'number') {
    const day = dayFromNumber(value);
    const ms = Math.floor((value - Math.floor(value)) * DAY_MS + 0.5);
    return day && [day, Math.min(ms, DAY_MS - 1)];
  }
  const moment = parseMoment(value);
  if (moment) {
    const shown = atOffset(moment, offset);
    return shown && [shown.day, shown.ms];
  }
  const day = parseDay(value);
  return day && [day, 0];
}

function format(args) {
  const [value, pattern] = [args.value(0), args.text(1)];
  const found = clock(value, args.context.offset);
  return found ? formatDay(found[0], found[1], pattern, args.context.language) : '';
}

function translate(args) {
  const [from, to] = [Array.from(args.text(1)), Array.from(args.text(2))];
  return Array.from(args.text(0)).map(c => {
    const at = from.indexOf(c);
    return at < 0 ? c : to[at] || '';
  }).join('');
}

function weightedChecklist(args) {
  let weighed = -0;
  for (let at = 2; at + 1 < args.count; at += 2) if (args.boolean(at)) weighed += args.number(at + 1);
  const [least, most] = [args.number(0), args.number(1)];
  return (least < 0 || weighed >= least) && (most < 0 || weighed <= most);
}

/** The text that base64 stands for, bytes that are no UTF-8 as U+FFFD; the empty text for what is no base64. */
function fromBase64(text) {
  const signs = text.replace(/[\t\n\f\r ]/g, '').replace(/=+$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(signs) || signs.length % 4 === 1) return '';
  const bytes = Uint8Array.from(atob(signs), sign => sign.charCodeAt(0));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

const FUNCTIONS = {
  'selected': args => words(args.text(0)).indexOf(args.text(1)) >= 0,
  'selected-at': args => {
    const at = place(args.number(1));
    return (at === null ? undefined : words(args.text(0))[at]) || '';
  },
  'count-selected': args => words(args.text(0)).length,
  'if': args => args.value(args.boolean(0) ? 1 : 2),
  'coalesce': args => {
    const given = args.given();
    return given.length > 0 ? given[0] : '';
  },
  'once': args => (args.context.current === '' ? args.value(0) : args.context.current),
  'not': args => !args.boolean(0),
  'true': () => true,
  'false': () => false,
  'boolean': args => args.boolean(0),
  'boolean-from-string': args => ['true', '1'].indexOf(args.text(0)) >= 0,
  'string': args => args.text(0),
  'string-length': args => length(args.text(0)),
  'concat': args => args.rest(0).map(toText).join(''),
  'join': args => args.rest(1).map(toText).join(args.text(0)),
  'contains': args => args.text(0).indexOf(args.text(1)) >= 0,
  'starts-with': args => args.text(0).startsWith(args.text(1)),
  'ends-with': args => args.text(0).endsWith(args.text(1)),
  'substr': substr,
  'substring-before': args => (cut(args.text(0), args.text(1)) || ['', ''])[0],
  'substring-after': args => (cut(args.text(0), args.text(1)) || ['', ''])[1],
  'normalize-space': args => words(args.text(0)).join(' '),
  'regex': args => matches(args.text(0), args.text(1)),
  'number': args => args.number(0),
  'int': args => Math.trunc(args.number(0)),
  'round': args => {
    const value = args.number(0);
    if (args.count < 2) return roundHalf(value);
    const digits = Math.min(15, Math.max(-15, Math.trunc(args.number(1))));
    const scale = Number('1e' + digits);
    const rounded = roundHalf(value * scale) / scale;
    return Number.isFinite(rounded) ? rounded : value;
  },
  'floor': args => Math.floor(args.number(0)),
  'ceiling': args => Math.ceil(args.number(0)),
  'abs': args => Math.abs(args.number(0)),
  'sqrt': args => Math.sqrt(args.number(0)),
  'pow': args => Math.pow(args.number(0), args.number(1)),
  'exp': args => Math.exp(args.number(0)),
  'log': args => Math.log(args.number(0)),
  'log10': args => Math.log10(args.number(0)),
  'min': args => extreme(args.numbers(), Math.min),
  'max': args => extreme(args.numbers(), Math.max),
  'sum': args => args.numbers().reduce((sum, value) => sum + value, -0),
  'count': args => args.given().length,
  'count-non-empty': args => args.given().length,
  'checklist': args => {
    const hits = args.rest(2).filter(toBoolean).length;
    const [least, most] = [args.number(0), args.number(1)];
    return (least < 0 || hits >= least) && (most < 0 || hits <= most);
  },
  'today': args => args.context.today,
  'date': args => {
    const value = args.value(0);
    if (value instanceof Day) return value;
    if (typeof value !== 'string') return dayFromNumber(toNumber(value)) || '';
    const moment = parseMoment(value);
    const shown = moment && atOffset(moment, args.context.offset);
    return (moment ? shown && shown.day : parseDay(value)) || '';
  },
  'now': args => args.context.now,
  'format-date': format,
  'format-date-time': format,
  'decimal-date-time': args => args.number(0),
  'decimal-time': args => {
    const text = args.text(0);
    const moment = parseMoment(text);
    const shown = moment ? atOffset(moment, args.context.offset) : parseTime(text);
    return shown ? shown.ms / DAY_MS : NaN;
  },
  'translate': translate,
  'jr:choice-name': args => {
    const question = args.tree[3] && args.tree[3][0] === 'answer' ? args.tree[3][1] : null;
    return question === null ? '' : words(args.text(0)).map(name => args.context.choiceName(question, name)).join(', ');
  },
  'weighted-checklist': weightedChecklist,
  'position': () => 1,
  'indexed-repeat': args => args.value(0),
  'item-at': args => {
    const at = place(args.number(0));
    return at === null || at < 1 || at >= args.count ? '' : args.value(at);
  },
  'pi': () => Math.PI,
  'sin': args => Math.sin(args.number(0)),
  'cos': args => Math.cos(args.number(0)),
  'tan': args => Math.tan(args.number(0)),
  'asin': args => Math.asin(args.number(0)),
  'acos': args => Math.acos(args.number(0)),
  'atan': args => Math.atan(args.number(0)),
  'atan2': args => Math.atan2(args.number(0), args.number(1)),
  'exp10': args => Math.pow(10, args.number(0)),
  'random': args => args.context.chance(),
  'uuid': args => {
    const chance = new ParkMiller(Math.trunc(args.context.chance() * 2147483647));
    if (args.count === 0) return uuid(chance);
    const asked = args.number(0);
    return hexadecimal(chance, Number.isNaN(asked) ? 0 : Math.trunc(Math.min(64, Math.max(0, asked))));
  },
  'digest': args => {
    if (args.text(1).toUpperCase() !== 'SHA-256') return '';
    return digest(args.text(0), args.text(2).toLowerCase() === 'hex');
  },
  'version': args => args.context.version,
  'property': args => args.context.property(args.text(0)),
  'pulldata': args => args.context.pulled(args.text(0), args.text(1), args.text(2), args.text(3)),
  'area': args => {
    const found = args.points();
    return found ? area(found) : NaN;
  },
  'distance': args => {
    const found = args.points();
    return found ? distance(found) : NaN;
  },
  'base64-decode': args => fromBase64(args.text(0)),
};
