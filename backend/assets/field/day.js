// Days without times: counted from 1970-01-01, in the calendar that is used today, carried backwards without end.

import { trim } from './text.js';

export class Day {
  constructor(days) {
    this.days = days;
  }

  /** ISO 8601; years before 0 with six digits, as the server writes them. */
  toString() {
    const [year, month, day] = civil(this.days);
    const two = n => String(n).padStart(2, '0');
    const words = year < 0 ? '-' + String(-year).padStart(6, '0') : String(year).padStart(4, '0');
    return words + '-' + two(month) + '-' + two(day);
  }
}

/** Reads `2026-11-23`, also when a time follows after `T`; null for anything else. */
export function parseDay(text) {
  const day = trim(text).split('T')[0];
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  return parts ? dayOf(Number(parts[1]), Number(parts[2]), Number(parts[3])) : null;
}

const TIME = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$/;

/** Reads `14:05`, `14:05:30.250` and both with an offset: `{ ms, offset }`, offset in minutes or null; null for anything else. */
export function parseTime(text) {
  const parts = TIME.exec(trim(text));
  if (!parts) return null;
  const [, hour, minute, second = '0', fraction = '0', zone] = parts;
  const ms = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  if (zone === undefined) return { ms, offset: null };
  const digits = zone.replace(/[Z:+-]/g, '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4));
  return { ms, offset: zone.startsWith('-') ? -minutes : minutes };
}

/** Reads a day with a time behind `T`: `{ day, time }`, or null. */
export function parseMoment(text) {
  const trimmed = trim(text);
  const at = trimmed.indexOf('T');
  if (at < 0) return null;
  const [day, time] = [parseDay(trimmed.slice(0, at)), parseTime(trimmed.slice(at + 1))];
  return day && time ? { day, time } : null;
}

/** A moment by the clock that is `offset` minutes ahead of Greenwich's, `{ day, ms }`; as it was written where either offset
 * is unknown; null beyond the years −9999 to 9999. */
export function atOffset({ day, time }, offset) {
  if (time.offset === null || offset === null) return { day, ms: time.ms };
  const ms = time.ms + (offset - time.offset) * 60000;
  const days = Math.floor(ms / 86400000);
  const shown = dayFromNumber(day.days + days);
  return shown && { day: shown, ms: ms - days * 86400000 };
}

/** `+08:00` of 480 minutes. */
export function offsetText(minutes) {
  const two = number => String(number).padStart(2, '0');
  return (minutes < 0 ? '-' : '+') + two(Math.trunc(Math.abs(minutes) / 60)) + ':' + two(Math.abs(minutes) % 60);
}

/** Minutes of `Z`, `+08`, `+0800` or `+08:00`; null for anything else. */
export function parseOffset(text) {
  const time = /^[Z+-]/.test(text) ? parseTime('00:00' + text) : null;
  return time && time.offset;
}

/** The day of these numbers, or null when the calendar has none. */
export function dayOf(year, month, day) {
  if (!(year >= -9999 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= lengthOf(year, month))) return null;
  // Counted from 1 March, so that the leap day is the last of its year.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return new Day(era * 146097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719468);
}

/** The day so many days after 1970-01-01, fractions cut off; null beyond the years −9999 to 9999. */
export function dayFromNumber(days) {
  if (!Number.isFinite(days) || Math.abs(days) > 4000000) return null;
  const day = new Day(Math.floor(days));
  const year = civil(day.days)[0];
  return year >= -9999 && year <= 9999 ? day : null;
}

/** Year, month and day. */
export function civil(days) {
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const ofEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36524) - Math.floor(ofEra / 146096)) / 365);
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * ofYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return [year, month, ofYear - Math.floor((153 * shifted + 2) / 5) + 1];
}

function lengthOf(year, month) {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
}

/** The day of a moment on this device's calendar. */
export function localDay(milliseconds) {
  const moment = new Date(milliseconds);
  return dayOf(moment.getFullYear(), moment.getMonth() + 1, moment.getDate());
}

/** A moment as this device's calendar and clock write it, with the difference to Greenwich: the day can be read off. */
export function withZone(milliseconds) {
  const moment = new Date(milliseconds);
  const east = -moment.getTimezoneOffset();
  const two = number => String(number).padStart(2, '0');
  const here = new Date(milliseconds + east * 60000).toISOString().slice(0, 19);
  return here + (east < 0 ? '-' : '+') + two(Math.trunc(Math.abs(east) / 60)) + ':' + two(Math.abs(east) % 60);
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
  'November', 'December'];

/** A day as people say it; what is no day, as it is. */
export function sayDay(text, lang) {
  const day = parseDay(text);
  if (!day) return text;
  const [year, month, date] = civil(day.days);
  return lang.startsWith('zh') ? year + '年' + month + '月' + date + '日' : date + ' ' + MONTHS[month - 1] + ' ' + year;
}

const SHORT_MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = { en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'], zh: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'] };

/** A day, and the milliseconds of it, in the words of a format of `format-date-time()`. */
export function formatDay(day, ms, pattern, language) {
  const [year, month, date] = civil(day.days);
  const isChinese = language.split('-')[0] === 'zh';
  const pad = (number, width) => (number < 0 ? '-' + String(-number).padStart(width - 1, '0') : String(number).padStart(width, '0'));
  const [hour, minute, second] = [Math.trunc(ms / 3600000), Math.trunc(ms / 60000) % 60, Math.trunc(ms / 1000) % 60];
  const signs = {
    'Y': () => pad(year, 4), 'y': () => pad(((year % 100) + 100) % 100, 2), 'm': () => pad(month, 2), 'n': () => String(month),
    'b': () => (isChinese ? month + '月' : SHORT_MONTHS[month - 1]), 'd': () => pad(date, 2), 'e': () => String(date),
    'a': () => WEEKDAYS[isChinese ? 'zh' : 'en'][(((day.days + 4) % 7) + 7) % 7], 'H': () => pad(hour, 2),
    'h': () => String(hour), 'M': () => pad(minute, 2), 'S': () => pad(second, 2), '3': () => pad(ms % 1000, 3), '%': () => '%',
  };
  return pattern.replace(/%([\s\S])/gu, (whole, sign) => (signs[sign] ? signs[sign]() : whole));
}
