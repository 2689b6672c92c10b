// The third party: evaluators declare, mark their units with evidence, and seal; nobody sees a mark before both of a unit
// have. Who has a conflict of interest with a unit does not get it, and where two lie too far apart a third marks, blind.
// Then the office compares, approves and lets the marks count.
import { readFileSync } from 'node:fs';
import { assert, task } from '../lib.mjs';
import { says } from './people.mjs';

/** What an evaluator writes beside a mark: words that stand nowhere else, by which the mark's way is followed. */
const remark = (login, unit, criterion) => `${login}在${unit}看到的${criterion}`;

/** Who is marked by whom first, by the unit's name. */
const scorersOf = (unit) => Object.keys(task.marks).filter((login) => task.marks[login][unit]);

/** The office engages them; each declares, one of them a conflict, and sees no unit before. Then the units are drawn. */
async function engage(office, evaluators) {
  await office.round('/scoring');
  await office.press('main a[href$="/scoring/people"]');
  for (const { login } of evaluators) {
    await office.page.selectOption('#person', { label: `${task.names[login]} ${login}` });
    if (login === task.standIn) await office.page.fill('#capacity', '1');
    await office.press('button[value=engage]');
  }
  await office.look('evaluators engaged');
  const [bound, unit] = task.conflict;
  for (const evaluator of evaluators) {
    await evaluator.person.open('/console');
    await evaluator.press(`main a[href="/console/rounds/${task.round}"]`);
    await evaluator.press('main a[href$="/marking"]');
    assert(evaluator.person.path().endsWith('/marking/declaration'), 'an evaluator is let in without a declaration');
    if (evaluator.login === bound) {
      await evaluator.person.page.selectOption(`#unit-${unit}`, 'household');
      await evaluator.person.page.fill('#note', '弟弟在这个镇当残联专委');
    }
    await evaluator.person.look(`declaration of ${evaluator.login}`);
    await evaluator.person.page.check('#sure');
    await evaluator.press('main form button.main');
    says(await evaluator.person.words(), '申报已经收到', `${evaluator.login} declared`);
  }
  await office.round('/scoring/people');
  await office.press('button[value=draw]');
  const people = await office.table('people');
  for (const { login } of evaluators) {
    const [, conflicts, cards] = people[`${task.names[login]} ${login}`];
    const load = Object.keys(task.marks[login]).length;
    assert(conflicts === (login === bound ? '1' : '0') && cards === String(load), `${login}: ${JSON.stringify(people)}`);
  }
  says((await office.table('conflicts'))[task.names[bound]].join(), '弟弟在这个镇当残联专委', 'the conflict as the office sees it');
  await office.look('conflict and draw');
}

/** The own cards by the unit's name. */
async function cards({ person }) {
  await person.round('/marking');
  return Object.fromEntries(await person.page.locator('ul.cards a').evaluateAll((all) => all.map((one) => (
    [one.innerText.trim(), one.getAttribute('href')]))));
}

/** Fills in a card, with a mark for each criterion on it, and saves it, or seals it. */
async function fill({ login, person }, unit, address, marks, go) {
  await person.open(address);
  const shown = Object.entries(marks);
  assert(await person.page.locator('[id^=comment-]').count() === shown.length, `${login}, ${unit}: not ${Object.keys(marks)}`);
  for (const [at, [criterion, mark]] of shown.entries()) {
    await person.page.check(`#mark-${at}-${mark}`);
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

/** Where two lie too far apart, the office is told on which criterion and no more; a third marks that one, and no other. */
async function adjudicate(office, evaluators, third) {
  await office.round('/scoring');
  assert((await office.table('progress'))[third.unit][1] === '相差超限，待抽第三人', 'the difference is not seen');
  await office.look('two differ');
  await office.press(`main a[href$="/scoring/units/${third.code}"]`);
  const told = await office.words();
  for (const criterion of task.criteria) {
    assert(told.includes(`${criterion}\u3000`) === criterion in third.marks, `${criterion}: ${told}`);
  }
  assert(await office.page.locator('#marks, a.file, button[value=approve]').count() === 0, 'the office sees marks before the third has sealed');
  await office.round('/scoring');
  await office.press('button[value=third]');
  says(await office.words(), '已抽出第三人，新增 1 张评分表', 'a third is drawn');
  const scorer = evaluators.find(({ login }) => login === third.login);
  const address = (await cards(scorer))[third.unit];
  assert(address, `${third.login} was not drawn`);
  await scorer.person.open(address);
  says(await scorer.person.words(), '您看不到他们的分数', 'the third card');
  await scorer.person.look('card of a third scorer');
  const others = scorersOf(third.unit);
  const looked = await isBlind(scorer.person, others, scorer.login);
  await fill(scorer, third.unit, address, third.marks, 'seal');
  // Nor do the first ones learn what the third found.
  for (const login of others) await isBlind(evaluators.find((one) => one.login === login).person, [third.login], login);
  return looked;
}

/** All marks of a unit by login and criterion, those of a third among them. */
function given(unit) {
  const all = Object.fromEntries(scorersOf(unit).map((login) => [login, task.marks[login][unit]]));
  for (const third of task.thirds) if (third.unit === unit) all[third.login] = third.marks;
  return all;
}

async function compare(office) {
  for (const [at, unit] of task.units.entries()) {
    await office.round(`/scoring/units/${unit.code}`);
    const marks = await office.table('marks');
    const names = await office.page.locator('table:has(caption#marks) thead th').allInnerTexts();
    const words = await office.words();
    const all = Object.entries(given(unit.name));
    for (const [login, own] of all) {
      for (const criterion of task.criteria) {
        const shown = marks[criterion][names.indexOf(task.names[login]) - 1];
        assert(shown === String(own[criterion] ?? '–'), `${unit.name} ${criterion}: ${login} gave ${shown}`);
      }
      says(words, remark(login, unit.name, Object.keys(own)[0]), unit.name);
    }
    if (at === 0) {
      await office.look('marks beside each other');
      // The evidence is what was handed in, to the byte.
      for (const href of await office.page.locator('a.file').evaluateAll((links) => links.map((one) => one.getAttribute('href')))) {
        const file = await (await office.fetch(href)).body();
        assert(Object.values(task.evidence).some((path) => readFileSync(path).equals(file)), `${href} is not what was handed in`);
      }
    }
    for (let card = 0; card < all.length; card += 1) await office.press('button[value=approve]');
    assert(await office.page.locator('button[value=approve]').count() === 0, `${unit.name}: a card is not approved`);
  }
}

/** From engaging to counting; returns how many pages were looked at for blindness, and what the office was told. */
export async function mark(office, people) {
  const evaluators = people.map(({ login, person }) => ({ login, person, press: (selector) => person.press(selector) }));
  const [first, second, standIn] = evaluators;
  await engage(office, evaluators);
  const own = {};
  for (const evaluator of evaluators) {
    own[evaluator.login] = await cards(evaluator);
    const [shown, wanted] = [own[evaluator.login], task.marks[evaluator.login]].map((of) => Object.keys(of).sort().join());
    assert(shown === wanted, `cards of ${evaluator.login}: ${shown}`);
  }
  const fillAll = async (evaluator, go) => {
    for (const [unit, address] of Object.entries(own[evaluator.login])) await fill(evaluator, unit, address, task.marks[evaluator.login][unit], go);
  };

  // The first and the stand-in seal all, the second has drafts.
  await fillAll(standIn, 'seal');
  await fillAll(first, 'seal');
  await first.person.look('a sealed card');
  const evidence = await first.person.page.locator('a.file').first().getAttribute('href');
  await fillAll(second, 'save');
  await second.person.look('a card saved');
  const logins = evaluators.map(({ login }) => login);
  let looked = await isBlind(office, logins);
  for (const { login, person } of evaluators) looked += await isBlind(person, logins.filter((other) => other !== login), login);
  await evidenceIsClosed(evidence, { office, [second.login]: second.person, [standIn.login]: standIn.person });
  await seesOnlyProgress(office, task.units[0], 1);
  assert((await first.person.fetch(evidence)).status() === 200, 'an evaluator does not get the own evidence');
  // Nor does one scorer open the other's card, least of all of a unit to which he is bound.
  for (const address of Object.values(own[second.login])) {
    assert((await first.person.fetch(address)).status() === 404, 'a scorer opens the other card');
  }

  await fillAll(second, 'seal');
  // Sealed by both, it is the office's to see, and still not the other scorer's.
  await isBlind(first.person, [second.login, standIn.login], first.login);
  for (const third of task.thirds) looked += await adjudicate(office, evaluators, third);
  await compare(office);
  await office.round('/scoring');
  const agreement = (await office.table('agreement'))['全部'];
  assert(agreement[1] === task.exact, `agreement: ${agreement}`);
  await office.look('third party, all approved');
  await office.press('form[action$="/count"] button');
  const count = task.units.reduce((sum, { name }) => sum + Object.values(given(name)).flatMap(Object.values).length, 0);
  says(await office.words(), `${count} 个分数已计入评价`, 'marks count');
  return { looked, agreement };
}
