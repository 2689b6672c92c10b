// The third party: two evaluators declare, mark every unit with evidence, and seal; nobody sees a mark before both have.
// Then the office compares, approves and lets the marks count.
import { readFileSync } from 'node:fs';
import { assert, task } from '../lib.mjs';
import { says } from './people.mjs';

/** What an evaluator writes beside a mark: words that stand nowhere else, by which the mark's way is followed. */
const remark = (login, unit, criterion) => `${login}在${unit}看到的${criterion}`;

/** The office engages both; each declares that there is no conflict, and sees no unit before. */
async function engage(office, evaluators) {
  await office.round('/scoring');
  await office.press('main a[href$="/scoring/people"]');
  for (const { login } of evaluators) {
    await office.page.selectOption('#person', { label: `${task.names[login]} ${login}` });
    await office.press('button[value=engage]');
  }
  await office.look('evaluators engaged');
  for (const evaluator of evaluators) {
    await evaluator.person.open('/console');
    await evaluator.press(`main a[href="/console/rounds/${task.round}"]`);
    await evaluator.press('main a[href$="/marking"]');
    assert(evaluator.person.path().endsWith('/marking/declaration'), 'an evaluator is let in without a declaration');
    await evaluator.person.look(`declaration of ${evaluator.login}`);
    await evaluator.person.page.check('#sure');
    await evaluator.press('main form button.main');
    says(await evaluator.person.words(), '申报已经收到', `${evaluator.login} declared`);
  }
  await office.round('/scoring/people');
  await office.press('button[value=draw]');
  const people = await office.table('people');
  const loads = Object.values(people).map(([, , cards]) => cards);
  assert(loads.every((cards) => cards === String(task.units.length)) && loads.length === 2, `loads: ${JSON.stringify(people)}`);
}

/** The own cards by the unit's name. */
async function cards({ person }) {
  await person.round('/marking');
  return Object.fromEntries(await person.page.locator('ul.cards a').evaluateAll((all) => all.map((one) => (
    [one.innerText.trim(), one.getAttribute('href')]))));
}

/** Fills in a card, and saves it, or seals it. */
async function fill({ login, person }, unit, address, go) {
  await person.open(address);
  for (const [at, criterion] of task.criteria.entries()) {
    await person.page.check(`#mark-${at}-${task.marks[login][unit][at]}`);
    await person.page.fill(`#comment-${at}`, remark(login, unit, criterion));
  }
  const evidence = person.page.locator('a.file');
  if (await evidence.count() === 0) await person.page.setInputFiles('#file-0', task.evidence[login]);
  await person.press(`main form button[value=${go}]`);
  says(await person.words(), go === 'seal' ? '已封存' : '已保存', `${login}, ${unit}`);
}

/** Everything that a person's session is given in the round: every page that a page links to, and those behind them. */
async function allThatIsShown(person) {
  const seen = new Map();
  let todo = [`/console/rounds/${task.round}`, '/console', '/console/audit', '/console/outbox'];
  for (let depth = 0; depth < 3 && todo.length > 0; depth += 1) {
    const found = await Promise.all(todo.map(async (path) => {
      const reply = await person.fetch(path);
      const body = (await reply.body()).toString('latin1');
      seen.set(path, Buffer.from(body, 'latin1').toString());
      return reply.status() === 200 ? [...body.matchAll(/href="(\/console[^"#]*)/g)].map(([, href]) => href.replaceAll('&amp;', '&')) : [];
    }));
    todo = [...new Set(found.flat())].filter((path) => !seen.has(path) && !/logout|lang=|report\/download/.test(path));
  }
  return seen;
}

/** Nothing that `person` is shown says what one of `others` wrote; what `person` may see is told as well, as a check. */
async function isBlind(person, others, own) {
  const shown = await allThatIsShown(person);
  assert(shown.size > 12, `only ${shown.size} pages are shown`);
  const everything = [...shown.values()].join('\n');
  if (own) assert(everything.includes(`${own}在`), `${own} does not see the own remarks: the search finds nothing`);
  for (const [path, text] of shown) {
    for (const other of others) assert(!text.includes(`${other}在`), `${path} shows what ${other} wrote before all is sealed`);
  }
  return shown.size;
}

async function seesOnlyProgress(office, unit, sealed) {
  await office.round('/scoring');
  const [count, state] = (await office.table('progress'))[unit.name];
  assert(count === `${sealed} / 2` && state === '评分中', `${unit.name}: ${count} ${state}`);
  says(await office.words(), '还没有一个单位的评分人全部封存', 'agreement before all is sealed');
  await office.press(`main a[href$="/scoring/units/${unit.code}"]`);
  assert(await office.page.locator('#marks, a.file, button[value=approve]').count() === 0, 'the office sees marks before all is sealed');
}

/** A file of evidence is for its scorer alone until all is sealed: no other session is given it. */
async function evidenceIsClosed(address, strangers) {
  for (const [who, person] of Object.entries(strangers)) {
    for (const part of ['marking', 'scoring']) {
      const reply = await person.fetch(address.replace(/\/(marking|scoring)\//, `/${part}/`));
      assert(reply.status() >= 400, `${who} is given evidence at …/${part}: ${reply.status()}`);
    }
  }
}

async function compare(office, first, second) {
  for (const [at, unit] of task.units.entries()) {
    await office.round(`/scoring/units/${unit.code}`);
    const marks = await office.table('marks');
    const names = await office.page.locator('table:has(caption#marks) thead th').allInnerTexts();
    for (const [nth, criterion] of task.criteria.entries()) {
      for (const { login } of [first, second]) {
        const given = marks[criterion][names.indexOf(task.names[login]) - 1];
        assert(given === String(task.marks[login][unit.name][nth]), `${unit.name} ${criterion}: ${login} gave ${given}`);
      }
    }
    const words = await office.words();
    for (const { login } of [first, second]) says(words, remark(login, unit.name, task.criteria[0]), unit.name);
    if (at === 0) {
      await office.look('marks beside each other');
      // The evidence is what was handed in, to the byte.
      for (const href of await office.page.locator('a.file').evaluateAll((all) => all.map((one) => one.getAttribute('href')))) {
        const given = await (await office.fetch(href)).body();
        assert(Object.values(task.evidence).some((path) => readFileSync(path).equals(given)), `${href} is not what was handed in`);
      }
    }
    for (let card = 0; card < 2; card += 1) await office.press('button[value=approve]');
    assert(await office.page.locator('button[value=approve]').count() === 0, `${unit.name}: a card is not approved`);
  }
}

/** From engaging to counting; returns how many pages were looked at for blindness, and what the office was told. */
export async function mark(office, people) {
  const evaluators = people.map(({ login, person }) => ({ login, person, press: (selector) => person.press(selector) }));
  const [first, second] = evaluators;
  await engage(office, evaluators);
  const own = { first: await cards(first), second: await cards(second) };
  const names = task.units.map(({ name }) => name).sort();
  for (const found of Object.values(own)) assert(JSON.stringify(Object.keys(found).sort()) === JSON.stringify(names), `cards: ${JSON.stringify(found)}`);

  // The first seals all, the second has drafts.
  for (const [unit, address] of Object.entries(own.first)) await fill(first, unit, address, 'seal');
  await first.person.look('a sealed card');
  const evidence = await first.person.page.locator('a.file').first().getAttribute('href');
  for (const [unit, address] of Object.entries(own.second)) await fill(second, unit, address, 'save');
  await second.person.look('a card saved');
  const looked = await isBlind(office, [first.login, second.login])
    + await isBlind(first.person, [second.login], first.login) + await isBlind(second.person, [first.login], second.login);
  await evidenceIsClosed(evidence, { office, [second.login]: second.person });
  await seesOnlyProgress(office, task.units[0], 1);
  assert((await first.person.fetch(evidence)).status() === 200, 'an evaluator does not get the own evidence');
  // Nor does one scorer open the other's card.
  assert((await first.person.fetch(Object.values(own.second)[0])).status() === 404, 'a scorer opens the other card');

  for (const [unit, address] of Object.entries(own.second)) await fill(second, unit, address, 'seal');
  // Sealed by both, it is the office's to see, and still not the other scorer's.
  await isBlind(first.person, [second.login], first.login);
  await compare(office, first, second);
  await office.round('/scoring');
  const agreement = (await office.table('agreement'))['全部'];
  assert(agreement[1] === task.exact, `agreement: ${agreement}`);
  await office.look('third party, all approved');
  await office.press('form[action$="/count"] button');
  says(await office.words(), `${task.units.length * task.criteria.length * 2} 个分数已计入评价`, 'marks count');
  return { looked, agreement };
}
