// A form's state for certain answers: which items are asked and what every calculation comes to. Everything that
// depends on answers asks here. As the server's survey-forms/src/state.rs.

import { TICKED, canonical, lenient } from './answer.js';
import { ParkMiller, seedOf, shuffle } from './chance.js';
import { parseDay, parseMoment, parseOffset, sayDay } from './day.js';
import { evaluate, holds, toAnswer, toNumber, toText } from './expression.js';
import { mapText, pick, trim, words } from './text.js';

/** Keys under which the response's own identifier, and the moment of answering, may stand among the answers. */
export const RESPONSE_ID = 'meta/instanceID';
export const NOW = 'meta/now';
/** Key under which the offset of the clock may stand, where the moment of answering does not say it. */
export const OFFSET = 'meta/offset';
/** Key under which `yes` stands where files can be handed in; this app hands in none. */
export const TAKES_FILES = 'meta/files';
/** What stands behind a question's name in the key under which its trigger's last value is kept. */
export const TRIGGERED = '/trigger';
const BETWEEN = '\u001f';

const MARKED = /\ue000([^\ue001]*)\ue001/g;

export class State {
  /** model: of survey_forms::client; answers: text by question name; today: a Day. */
  constructor(model, answers, today) {
    this.model = model;
    this.today = today;
    this.answers = answers;
    this.nodes = model.nodes;
    this.slots = new Map(model.nodes.map((node, slot) => [node.name, slot]));
    this.values = model.nodes.map(() => '');
    this.relevant = model.nodes.map(() => false);
    this.offset = offsetOf(answers);
    for (const slot of model.order) this.settle(slot);
  }

  settle(slot) {
    const node = this.nodes[slot];
    const inside = node.parent === null || this.relevant[node.parent];
    this.relevant[slot] = inside && (!node.relevant || holds(node.relevant, this.about(slot)));
    if (node.group || !this.relevant[slot]) return;
    const given = own(this.answers, node.name);
    if (node.trigger) this.values[slot] = this.triggered(slot, node, given);
    else if (node.calculation) this.values[slot] = this.calculated(node, given);
    else if (isFixed(node)) this.values[slot] = this.defaultOf(node);
    else this.values[slot] = lenient(node, given);
  }

  calculated(node, given) {
    // What once() finds is what was stored before.
    return node.calculation ? toAnswer(evaluate(node.calculation, this.context(typed(node, given), null, node.name))) : '';
  }

  /** The value of a question that follows a trigger: computed when the trigger has another value than when it was
   * computed last, else what is there, which somebody may have typed over it. */
  triggered(slot, node, given) {
    const mark = this.triggerMark(node);
    const key = node.name + TRIGGERED;
    const isKnown = Object.prototype.hasOwnProperty.call(this.answers, key);
    if (isKnown && this.answers[key] === mark) return lenient(node, given);
    if (!isKnown && trim(given) !== '') return lenient(node, given);
    if (!isKnown && mark.split(BETWEEN).join('') === '') return '';
    return this.calculated(node, given);
  }

  triggerMark(node) {
    return node.trigger.map(name => {
      const slot = this.slots.get(name);
      return slot === undefined ? '' : this.values[slot];
    }).join(BETWEEN);
  }

  /** What stands in a question before anybody has answered it. */
  defaultOf(node) {
    if (node.default !== undefined) return node.default;
    if (!node.dynamic_default) return '';
    const value = toAnswer(evaluate(node.dynamic_default, this.context('', null, node.name)));
    const read = canonical(node, value);
    return read.fault ? value : read.value;
  }

  slot(name) {
    return this.slots.get(name);
  }

  /** The question at a slot; undefined for a group. */
  question(slot) {
    const node = this.nodes[slot];
    return node && !node.group ? node : undefined;
  }

  about(slot) {
    const question = this.question(slot);
    return this.context(question ? typed(question, this.values[slot]) : '', null, this.nodes[slot].name);
  }

  context(current, choice, name) {
    let drawn = 0;
    return {
      current,
      today: this.today,
      now: own(this.answers, NOW) || this.today.toString() + 'T00:00:00',
      offset: this.offset,
      language: this.model.languages[0],
      version: this.model.author_version,
      answer: other => this.answer(other),
      chance: () => {
        const chance = new ParkMiller(seedOf(own(this.answers, RESPONSE_ID) + '/' + name + '/' + drawn));
        drawn += 1;
        // The first number lies near its seed.
        chance.next();
        return chance.next();
      },
      choiceName: (question, value) => {
        const found = this.question(this.slots.get(question));
        const label = found && this.choices(found).find(one => one.name === value);
        return label ? pick(label.label, this.model.languages[0]) : value;
      },
      property: wanted => {
        const noted = this.model.metadata.find(one => one.kind === wanted);
        return noted ? toText(this.noted(noted)) : '';
      },
      pulled: (name, column, keyColumn, key) => {
        const table = own(this.model.tables, name);
        const [from, by] = table ? [table.columns.indexOf(column), table.columns.indexOf(keyColumn)] : [-1, -1];
        const row = from < 0 || by < 0 ? undefined : table.rows.find(cells => cells[by] === key);
        return row ? row[from] : '';
      },
      column: column => {
        if (!choice) return '';
        return column === 'name' ? choice.name : own(choice.columns || {}, column);
      },
    };
  }

  /** What the device noted: the day always, all else as far as the answers hold it. */
  noted(noted) {
    return noted.kind === 'today' ? this.today : own(this.answers, noted.name);
  }

  answer(name) {
    const slot = this.slots.get(name);
    if (slot === undefined) {
      const noted = this.model.metadata.find(one => one.name === name);
      return noted ? this.noted(noted) : '';
    }
    const question = this.question(slot);
    // A group is there or not: this is how instances of a repeat are counted.
    if (!question) return this.relevant[slot] ? '1' : '';
    return typed(question, this.values[slot]);
  }

  isInside(slot, group) {
    for (let at = this.nodes[slot].parent; at !== null; at = this.nodes[at].parent) if (at === group) return true;
    return false;
  }

  takesAnswer(slot) {
    const question = this.question(slot);
    return question !== undefined && takesAnswer(question);
  }

  isRequired(slot) {
    if (!this.relevant[slot] || !this.takesAnswer(slot)) return false;
    const { required } = this.nodes[slot];
    return Array.isArray(required) ? holds(required, this.about(slot)) : required;
  }

  satisfiesConstraint(slot) {
    const { constraint } = this.nodes[slot];
    return !constraint || holds(constraint, this.about(slot));
  }

  choices(question) {
    return this.model.lists[question.list] || [];
  }

  /** The choices that a question offers now, in the order in which it offers them. */
  offered(question) {
    const filter = question.choice_filter;
    const offered = this.choices(question).filter(choice => !filter || holds(filter, this.context('', choice, '')));
    if (!question.randomize) return offered;
    let seed = seedOf(own(this.answers, RESPONSE_ID) + '/' + question.name);
    if (question.randomize.seed) {
      const value = evaluate(question.randomize.seed, this.context('', null, question.name));
      const number = toNumber(value);
      seed = Number.isNaN(number) ? seedOf(toText(value)) : Math.trunc(number);
    }
    return shuffle(offered, seed);
  }

  /** What is put in order; "don't know" and its like have no place in one. */
  ranked(question) {
    return this.offered(question).filter(choice => !choice.missing);
  }

  /** Words with earlier answers in them, in every language. */
  fill(text) {
    return mapText(text, (string, lang) => this.fillString(string, lang));
  }

  fillString(string, lang) {
    return string.replace(MARKED, (_, name) => {
      const slot = this.slots.get(name);
      const question = slot === undefined ? undefined : this.question(slot);
      return question ? this.say(question, this.values[slot], lang) : toText(this.answer(name));
    });
  }

  /** What an answer says: labels of the choices, days as people say them. */
  say(question, value, lang) {
    if (question.list !== undefined) {
      const label = name => {
        const choice = this.choices(question).find(one => one.name === name);
        return choice ? pick(choice.label, lang) : name;
      };
      const numbered = (name, at) => (question.type === 'rank' ? at + 1 + '. ' : '') + label(name);
      return words(value).map(numbered).join(/^(zh|ja)/.test(lang) ? '；' : '; ');
    }
    switch (question.type) {
      case 'date': return sayDay(value, lang);
      case 'time': case 'dateTime': return sayMoment(lenient(question, value), lang);
      case 'geopoint': return sayPlace(lenient(question, value), lang);
      case 'geotrace': case 'geoshape': return sayPlaces(lenient(question, value), lang);
      case 'acknowledge': return value === TICKED ? pick(this.model.words.ticked, lang) : lenient(question, value);
      default: return lenient(question, value);
    }
  }
}

/** Minutes by which the clock of the place is ahead of Greenwich's, as far as the answers say; else null. */
function offsetOf(answers) {
  const now = parseMoment(own(answers, NOW));
  return now && now.time.offset !== null ? now.time.offset : parseOffset(trim(own(answers, OFFSET)));
}

/** A time, or a day with a time, as people say it; what is neither, as it is. */
function sayMoment(value, lang) {
  const at = value.indexOf('T');
  const day = at < 0 ? '' : value.slice(0, at);
  const written = at < 0 ? value : value.slice(at + 1);
  const end = written.search(/[+Z-]/);
  const [clock, zone] = end < 0 ? [written, ''] : [written.slice(0, end), written.slice(end)];
  const parts = clock.split(':');
  if (parts.length < 2) return value;
  const isChinese = lang.startsWith('zh');
  const number = text => text.replace(/^0+/, '') || '0';
  const said = isChinese
    ? number(parts[0]) + '时' + number(parts[1]) + '分' + (parts.length > 2 ? number(parts[2]) + '秒' : '') : clock;
  const whole = said + (zone === '' ? '' : isChinese ? '（' + zone + '）' : ' (' + zone + ')');
  if (day === '') return whole;
  return sayDay(day, lang) + (isChinese ? '' : ' ') + whole;
}

/** A line or an outline: how many points, and where they are. */
function sayPlaces(value, lang) {
  const points = value.split(';').map(point => words(point).slice(0, 2).join(', '));
  return lang.startsWith('zh') ? points.length + ' 个点：' + points.join('；') : points.length + ' points: ' + points.join('; ');
}

function sayPlace(value, lang) {
  const parts = words(value);
  if (parts.length < 2) return value;
  return lang.startsWith('zh') ? '纬度 ' + parts[0] + '，经度 ' + parts[1] : 'latitude ' + parts[0] + ', longitude ' + parts[1];
}

/** A field of an object that came from outside: never one that it inherits. */
export function own(fields, name) {
  return Object.prototype.hasOwnProperty.call(fields, name) ? fields[name] : '';
}

/** Whether its value is computed or preset. */
export function isFixed(question) {
  return question.read_only || question.type === 'calculate' || question.type === 'hidden'
    || (Boolean(question.calculation) && !question.trigger);
}

export function takesAnswer(question) {
  return isVisible(question) && question.type !== 'note' && !isFixed(question);
}

/** Whether a page shows it. Files are taken by other clients only. */
export function isVisible(question) {
  return ['calculate', 'hidden', 'image', 'audio', 'video', 'file'].indexOf(question.type) < 0;
}

/** An answer with the type that its question gives it. */
function typed(question, answer) {
  if (answer === '') return '';
  if (question.type === 'integer' || question.type === 'decimal' || question.type === 'range') {
    const number = toNumber(answer);
    return Number.isNaN(number) ? answer : number;
  }
  if (question.type === 'date') return parseDay(answer) || answer;
  return answer;
}
