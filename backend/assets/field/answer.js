// One answer: from what a person typed to the text that is stored, or the word for what is wrong with it. As the
// server's survey-forms/src/answer.rs; both are held to survey-forms/tests/vectors/validation.json.

import { dayOf, offsetText, parseDay, parseTime } from './day.js';
import { length, trim, words } from './text.js';

const LONGEST_TEXT = 10000;
const MOST_DIGITS = 15;
const MOST_PLACES = 10000;
const STEP_TOLERANCE = 1e-6;
/** What a tick is stored as. */
export const TICKED = 'OK';

/** `{ value }` or `{ fault }`, a key of the model's messages (or `outside_range`, `off_step` of the question). */
export function canonical(question, raw) {
  switch (question.type) {
    case 'integer': return integer(raw);
    case 'decimal': return decimal(raw);
    case 'range': return range(question.range, raw);
    case 'date': return date(raw);
    case 'time': return fitting(time(raw), 'not_a_time');
    case 'dateTime': return fitting(moment(raw), 'not_a_moment');
    case 'geopoint': return fitting(place(raw), 'not_a_place');
    case 'geotrace': return fitting(places(raw, false), 'not_a_line');
    case 'geoshape': return fitting(places(raw, true), 'not_an_outline');
    case 'acknowledge': return fitting(/^(ok|yes|true|1)$/i.test(trim(raw)) ? TICKED : null, 'not_ticked');
    case 'image': case 'audio': case 'video': case 'file':
      return fitting(/^[^.\s/\\:*?"<>|][^\s/\\:*?"<>|]*$/.test(trim(raw)) ? trim(raw) : null, 'not_a_file');
    case 'text': case 'barcode': {
      if (length(raw) > LONGEST_TEXT) return { fault: 'too_long' };
      return { value: trim(raw).replace(/\r\n?/g, '\n') };
    }
    default: return { value: trim(raw) };
  }
}

function fitting(value, fault) {
  return value === null ? { fault } : { value };
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

/** `14:05`, or `14:05:30` where there are seconds; null for what is no time. */
function time(raw) {
  const folded = fold(raw).split('：').join(':');
  const read = parseTime(folded);
  let numbers;
  if (read) {
    numbers = [Math.trunc(read.ms / 3600000), Math.trunc(read.ms / 60000) % 60, Math.trunc(read.ms / 1000) % 60];
  } else {
    const parts = folded.split(/[:时点分秒.]/).map(trim).filter(part => part !== '');
    if (!parts.every(part => /^[0-9]{1,2}$/.test(part)) || parts.length < 2 || parts.length > 3) return null;
    numbers = parts.map(Number);
  }
  const [hour, minute, second = 0] = numbers;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const two = number => String(number).padStart(2, '0');
  return two(hour) + ':' + two(minute) + (second === 0 ? '' : ':' + two(second));
}

/** `2026-11-23T14:05`, with `+08:00` behind it where the clock says so; null for what is no moment. */
function moment(raw) {
  const parts = /^([^T]*)T([\s\S]*)$/.exec(trim(raw)) || /^([\s\S]*)[\s\u0085]([^\s\u0085]*)$/.exec(trim(raw));
  if (!parts) return null;
  const [day, clock] = [date(parts[1]).value, time(parts[2])];
  if (!day || !clock) return null;
  const read = parseTime(fold(parts[2]).split('：').join(':'));
  return day + 'T' + clock + (read && read.offset !== null ? offsetText(read.offset) : '');
}

/** `38.25 116.5 0 0`: latitude, longitude, height, accuracy; null for what is no place. */
function place(raw) {
  const read = raw.split(/[ ,，\t\u3000]/).filter(part => part !== '').map(part => decimal(part).value);
  if (read.length < 2 || read.length > 4 || read.some(value => value === undefined)) return null;
  while (read.length < 4) read.push('0');
  const fits = Math.abs(Number(read[0])) <= 90 && Math.abs(Number(read[1])) <= 180 && Number(read[3]) >= 0;
  return fits ? read.join(' ') : null;
}

/** Places with semicolons or line breaks between: at least two, and for an outline three, closed by the first where it is
 * not; null for what is neither. */
function places(raw, isOutline) {
  const read = raw.split(/[;；\n\r]/).map(trim).filter(part => part !== '').map(place);
  if (read.indexOf(null) >= 0) return null;
  const whereOf = one => one.split(' ').slice(0, 2).join(' ');
  if (isOutline && read.length > 0 && whereOf(read[0]) !== whereOf(read[read.length - 1])) read.push(read[0]);
  return read.length >= (isOutline ? 4 : 2) && read.length <= MOST_PLACES ? read.join(';') : null;
}

/** How many fields an answer is typed into. */
export function fieldsOf(question) {
  return { date: 3, time: 2, geopoint: 2, dateTime: 5 }[question.type] || 1;
}

/** What was written into the fields of a question, as one answer; a part alone is left as it is: it may be the whole. */
export function joinParts(type, typed) {
  const parts = typed.map(trim);
  const dated = fields => fields.join('-').replace(/-+$/, '');
  const clock = fields => fields.join(':').replace(/:+$/, '');
  if (type === 'time') return clock(parts);
  if (type === 'geopoint') return parts.some(part => part !== '') ? parts.join(',') : '';
  if (type === 'dateTime' && parts.length > 3) {
    const [day, hours] = [dated(parts.slice(0, 3)), clock(parts.slice(3))];
    return hours === '' ? day : day + 'T' + hours;
  }
  return dated(parts);
}

/** What stands in the fields of a question: the parts of the answer, or what was typed where it is none. */
export function splitParts(type, raw) {
  if (type === 'date') return splitDay(raw);
  if (type === 'time') return splitClock(raw);
  if (type === 'dateTime') {
    const read = moment(raw) || trim(raw);
    const at = read.indexOf('T');
    return at < 0 ? splitDay(read).concat(['', '']) : splitDay(read.slice(0, at)).concat(splitClock(read.slice(at + 1)));
  }
  if (type === 'geopoint') {
    const read = place(raw);
    const parts = read ? read.split(' ') : trim(raw).split(',').map(trim);
    return [parts[0] || '', parts[1] || ''];
  }
  return [raw];
}

function splitDay(raw) {
  const { value } = date(raw);
  // People write 3, not 03.
  if (value) return value.split('-').map((part, at) => (at === 0 ? part : part.replace(/^0/, '')));
  const [year = '', month = '', ...rest] = trim(raw).split('-').map(trim);
  return [year, month, rest.join('-')];
}

function splitClock(raw) {
  const read = time(raw) || trim(raw);
  const at = read.indexOf(':');
  return at < 0 ? [read, ''] : [trim(read.slice(0, at)), trim(read.slice(at + 1))];
}

const numberOf = value => {
  const parts = /^\+?([0-9]+):/.exec(value);
  return parts ? Number(parts[1]) : null;
};

/** The values of an order's lists, each a number and a name, as one answer: the names alone when it is whole. */
export function joinRank(values) {
  let given = values.map(trim).filter(value => value !== '');
  if (given.length === 1 && given[0].indexOf(':') < 0) return given[0];
  const rank = value => (numberOf(value) === null ? Infinity : numberOf(value));
  given = given.map((value, at) => [value, at]).sort((a, b) => (rank(a[0]) === rank(b[0]) ? a[1] - b[1] : rank(a[0]) - rank(b[0])))
    .map(([value]) => value);
  const isWhole = given.every((value, at) => numberOf(value) === at + 1);
  return (isWhole ? given.map(value => value.slice(value.indexOf(':') + 1)) : given).join(' ');
}

/** The number that a choice has in an answer, whole or not; null when it has none. */
export function rankOf(answer, name) {
  const parts = words(answer);
  if (answer.indexOf(':') < 0) return parts.indexOf(name) < 0 ? null : parts.indexOf(name) + 1;
  const found = parts.find(part => numberOf(part) !== null && part.slice(part.indexOf(':') + 1) === name);
  return found === undefined ? null : numberOf(found);
}

/** `{ value }` of an order of everything offered, or `{ fault }`. */
export function canonicalRank(answer, offered) {
  const parts = words(answer);
  const isNumbered = parts.some(part => numberOf(part) !== null && offered.indexOf(part) < 0);
  const names = parts.map(part => (isNumbered && part.indexOf(':') >= 0 ? part.slice(part.indexOf(':') + 1) : part));
  if (names.some(name => offered.indexOf(name) < 0)) return { fault: 'not_offered' };
  const isRepeated = items => new Set(items).size < items.length;
  if (isNumbered) {
    const numbers = parts.map(numberOf).filter(number => number !== null);
    return { fault: isRepeated(numbers) ? 'rank_twice' : 'rank_incomplete' };
  }
  if (isRepeated(names)) return { fault: 'rank_twice' };
  return names.length < offered.length ? { fault: 'rank_incomplete' } : { value: names.join(' ') };
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
