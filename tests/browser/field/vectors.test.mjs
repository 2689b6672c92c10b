// The interviewers' app against the vectors that the server's own evaluator is held to (survey-forms/tests/vectors):
// one specification, two implementations.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { joinParts, joinRank, rankOf, splitParts } from '../../../backend/assets/field/answer.js';
import { Day, parseDay } from '../../../backend/assets/field/day.js';
import { evaluate, toAnswer, toText } from '../../../backend/assets/field/expression.js';
import { clearHidden, firstUnanswered, next, pages, previous } from '../../../backend/assets/field/flow.js';
import { State } from '../../../backend/assets/field/state.js';
import { validate, validatePage } from '../../../backend/assets/field/validate.js';

const vectors = name =>
  JSON.parse(readFileSync(new URL(`../../../survey-forms/tests/vectors/${name}.json`, import.meta.url), 'utf8'));

/** `{ number: "30" }` and so on, to a value and back. */
function fromTyped(typed) {
  const [kind, value] = Object.entries(typed)[0];
  if (kind === 'number') return Number(value);
  return kind === 'date' ? parseDay(value) : value;
}

function toTyped(value) {
  if (value instanceof Day) return { date: value.toString() };
  if (typeof value === 'number') return { number: toText(value) };
  return typeof value === 'boolean' ? { boolean: value } : { text: value };
}

test('evaluate: every vector has the server\'s value, with its type', () => {
  const file = vectors('expressions');
  const answers = new Map(Object.entries(file.answers).map(([name, typed]) => [name, fromTyped(typed)]));
  const answer = name => (answers.has(name) ? answers.get(name) : '');
  const context = {
    today: parseDay(file.today),
    current: answer('.'),
    answer,
    column: name => file.columns[name] || '',
    now: file.today + 'T00:00:00',
    offset: null,
    chance: () => 0.5,
    language: 'en',
    choiceName: (_, value) => value,
    version: '',
    property: () => '',
    pulled: () => '',
  };
  assert.ok(file.vectors.length > 700);
  const check = ({ source, tree, value, stored }, about) => {
    const found = evaluate(tree, about);
    assert.deepEqual(toTyped(found), value, source);
    assert.equal(toAnswer(found), stored, source);
  };
  for (const vector of file.vectors) check(vector, context);
  assert.ok(file.shifted.length > 5);
  for (const vector of file.shifted) check(vector, { ...context, offset: file.offset });
});

/** Calls `check` for each form's cases. */
function eachCase(file, check) {
  const today = parseDay(file.today);
  let count = 0;
  for (const key of Object.keys(file).filter(name => name.endsWith('_model'))) {
    const model = file[key];
    for (const { answers, expected } of file[model.id]) {
      check(model, answers, today, expected);
      count += 1;
    }
  }
  assert.ok(count > 300, `${count} cases`);
}

test('flow: pages, ways, resumption and cleared answers are the server\'s', () => {
  eachCase(vectors('flow'), (model, answers, today, expected) => {
    const about = JSON.stringify(answers).slice(0, 400);
    const found = pages(model, answers, today);
    assert.deepEqual(found.map(page => [page.name, page.questions, page.hasRequired]), expected.pages, about);
    const first = firstUnanswered(model, answers, today);
    assert.equal(first ? first.name : null, expected.first_unanswered, about);
    for (const [name, [before, after]] of Object.entries(expected.ways)) {
      const [previousPage, nextPage] = [previous(model, answers, name, today), next(model, answers, name, today)];
      assert.deepEqual([previousPage && previousPage.name, nextPage && nextPage.name], [before, after], name + about);
    }
    assert.deepEqual(clearHidden(model, answers, today), expected.cleared, about);
    const state = new State(model, answers, today);
    for (const [name, words] of Object.entries(expected.words)) {
      assert.deepEqual(state.fill(model.nodes[state.slot(name)].label), words, name + about);
    }
    for (const [name, order] of Object.entries(expected.offered)) {
      const offered = state.offered(state.question(state.slot(name)));
      assert.deepEqual(offered.map(choice => choice.name), order, name + about);
    }
    for (const [name, value] of Object.entries(expected.defaults)) {
      assert.equal(state.defaultOf(state.question(state.slot(name))), value, name + about);
    }
    for (const [name, [zh, en]] of Object.entries(expected.said)) {
      const slot = state.slot(name);
      const say = lang => state.say(state.question(slot), state.values[slot], lang);
      assert.deepEqual([say('zh'), say('en')], [zh, en], name + about);
    }
  });
});

test('validate: faults by field and message, and what is stored, are the server\'s', () => {
  eachCase(vectors('validation'), (model, answers, today, expected) => {
    const about = JSON.stringify(answers).slice(0, 400);
    assert.deepEqual(validate(model, answers, today), expected.whole, about);
    for (const page of pages(model, answers, today)) {
      assert.deepEqual(validatePage(model, page, answers, today), expected.by_page[page.name] || [], page.name + about);
    }
  });
});

test('fields: several are one answer, and several again, as on the server', () => {
  const found = vectors('dates').vectors;
  assert.ok(found.length >= 30);
  for (const { type, typed, answer, shown } of found) {
    if (type === 'rank') {
      assert.equal(joinRank(typed), answer);
      assert.deepEqual(['a', 'b', 'c'].map(name => rankOf(answer, name)), shown, answer);
    } else {
      assert.equal(joinParts(type, typed), answer);
      assert.deepEqual(splitParts(type, answer), shown, answer);
    }
  }
});
