// One answer: from what a person typed to the text that is stored, or the word for what is wrong with it. As the
// server's survey-forms/src/answer.rs; both are held to survey-forms/tests/vectors/validation.json.

import { dayOf, parseDay } from './day.js';
import { length, trim } from './text.js';

const LONGEST_TEXT = 10000;
const MOST_DIGITS = 15;
const STEP_TOLERANCE = 1e-6;

/** `{ value }` or `{ fault }`, a key of the model's messages (or `outside_range`, `off_step` of the question). */
export function canonical(question, raw) {
  switch (question.type) {
    case 'integer': return integer(raw);
    case 'decimal': return decimal(raw);
    case 'range': return range(question.range, raw);
    case 'date': return date(raw);
    case 'text': {
      if (length(raw) > LONGEST_TEXT) return { fault: 'too_long' };
      return { value: trim(raw).replace(/\r\n?/g, '\n') };
    }
    default: return { value: trim(raw) };
  }
}

/** The stored form where there is one, else what was typed. */
export function lenient(question, raw) {
  const trimmed = trim(raw);
  if (trimmed === '') return '';
  const read = canonical(question, raw);
  return read.fault ? trimmed : read.value;
}

function integer(raw) {
  const read = decimal(raw);
  if (read.fault === 'not_a_number' || (read.value && read.value.indexOf('.') >= 0)) return { fault: 'not_an_integer' };
  return read;
}

function decimal(raw) {
  const parts = /^([+-]?)([0-9]*)(?:\.([0-9]*))?$/.exec(fold(raw));
  if (!parts || ((parts[2] || '') === '' && (parts[3] || '') === '')) return { fault: 'not_a_number' };
  const whole = parts[2].replace(/^0+/, '');
  const fraction = (parts[3] || '').replace(/0+$/, '');
  if (whole.length + fraction.length > MOST_DIGITS) return { fault: 'too_large' };
  if (whole === '' && fraction === '') return { value: '0' };
  return { value: (parts[1] === '-' ? '-' : '') + (whole || '0') + (fraction === '' ? '' : '.' + fraction) };
}

function range(limits, raw) {
  const read = decimal(raw);
  if (read.fault) return read;
  const [start, end, step] = limits;
  const value = Number(read.value);
  if (!(value >= Math.min(start, end) && value <= Math.max(start, end))) return { fault: 'outside_range' };
  const steps = (value - start) / step;
  const whole = Math.trunc(steps);
  const off = Math.abs(steps - whole);
  return Math.min(off, 1 - off) > STEP_TOLERANCE ? { fault: 'off_step' } : read;
}

function date(raw) {
  if (raw.length === 10 && parseDay(raw)) return { value: raw };
  const folded = fold(raw);
  const parts = /^[0-9]{8}$/.test(folded)
    ? [folded.slice(0, 4), folded.slice(4, 6), folded.slice(6, 8)]
    : folded.split(/[-/.年月日号]/).map(trim).filter(part => part !== '');
  const isNumber = part => /^\+?[0-9]+$/.test(part);
  if (parts.length !== 3 || parts[0].length !== 4 || !parts.every(isNumber)) return { fault: 'not_a_date' };
  const day = dayOf(Number(parts[0]), Number(parts[1]), Number(parts[2]));
  return day ? { value: day.toString() } : { fault: 'not_a_date' };
}

/** Year, month and day from three fields as one answer; a year alone is left as it is: it may be a whole date. */
export function joinDate(parts) {
  return parts.map(trim).join('-').replace(/-+$/, '');
}

/** What stands in the fields for year, month and day: the parts of the date, or what was typed where it is none. */
export function splitDate(raw) {
  const { value } = date(raw);
  // People write 3, not 03.
  if (value) return value.split('-').map((part, at) => (at === 0 ? part : part.replace(/^0/, '')));
  const [year = '', month = '', ...rest] = trim(raw).split('-').map(trim);
  return [year, month, rest.join('-')];
}

/** Full-width digits and signs to ASCII, blanks around taken away. */
function fold(raw) {
  return trim(raw)
    .replace(/[０-９]/g, digit => String.fromCharCode(digit.charCodeAt(0) - 0xff10 + 48))
    .replace(/[．。｡]/g, '.')
    .replace(/[－−—–]/g, '-')
    .replace(/＋/g, '+')
    .replace(/／/g, '/');
}
