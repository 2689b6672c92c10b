// A form's state for certain answers: which items are asked and what every calculation comes to. Everything that
// depends on answers asks here. As the server's survey-forms/src/state.rs.

import { lenient } from './answer.js';
import { parseDay, sayDay } from './day.js';
import { evaluate, holds, toAnswer, toNumber, toText } from './expression.js';
import { mapText, pick, words } from './text.js';

const MARKED = /\ue000([^\ue001]*)\ue001/g;

export class State {
  /** model: of survey_forms::client; answers: text by question name; today: a Day. */
  constructor(model, answers, today) {
    this.model = model;
    this.today = today;
    this.nodes = model.nodes;
    this.slots = new Map(model.nodes.map((node, slot) => [node.name, slot]));
    this.values = model.nodes.map(() => '');
    this.relevant = model.nodes.map(() => false);
    for (const slot of model.order) this.settle(slot, answers);
  }

  settle(slot, answers) {
    const node = this.nodes[slot];
    const inside = node.parent === null || this.relevant[node.parent];
    this.relevant[slot] = inside && (!node.relevant || holds(node.relevant, this.about(slot)));
    if (node.group || !this.relevant[slot]) return;
    const given = own(answers, node.name);
    if (node.calculation) {
      // What once() finds is what was stored before.
      this.values[slot] = toAnswer(evaluate(node.calculation, this.context(typed(node, given), null)));
    } else if (node.read_only) {
      this.values[slot] = node.default || '';
    } else {
      this.values[slot] = lenient(node, given);
    }
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
    return this.context(question ? typed(question, this.values[slot]) : '', null);
  }

  context(current, choice) {
    return {
      current,
      today: this.today,
      answer: name => this.answer(name),
      column: name => {
        if (!choice) return '';
        return name === 'name' ? choice.name : own(choice.columns || {}, name);
      },
    };
  }

  answer(name) {
    const slot = this.slots.get(name);
    if (slot === undefined) {
      const isToday = this.model.metadata.some(noted => noted.name === name && noted.kind === 'today');
      return isToday ? this.today : '';
    }
    const question = this.question(slot);
    return question ? typed(question, this.values[slot]) : '';
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

  /** The choices that a question offers now. */
  offered(question) {
    const filter = question.choice_filter;
    return this.choices(question).filter(choice => !filter || holds(filter, this.context('', choice)));
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
      return words(value).map(label).join(/^(zh|ja)/.test(lang) ? '；' : '; ');
    }
    return question.type === 'date' ? sayDay(value, lang) : lenient(question, value);
  }
}

/** A field of an object that came from outside: never one that it inherits. */
export function own(fields, name) {
  return Object.prototype.hasOwnProperty.call(fields, name) ? fields[name] : '';
}

/** Whether its value is computed or preset. */
export function isFixed(question) {
  return Boolean(question.calculation) || question.read_only;
}

export function takesAnswer(question) {
  return question.type !== 'note' && question.type !== 'calculate' && !isFixed(question);
}

export function isVisible(question) {
  return question.type !== 'calculate';
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
