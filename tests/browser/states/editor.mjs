// The editor of questionnaires: those of the demo's draft for next year, and one of this year's that is being answered.
import { press } from './respond.mjs';

const next = ({ demo }) => demo.round.replace(/\d{4}$/, (year) => String(Number(year) + 1));
const draft = (part) => (task) => `${task.demo.url}/console/rounds/${next(task)}/forms${part}`;
const open = (part) => (task) => `${task.demo.url}/console/rounds/${task.demo.round}/forms${part}`;

/** `[name, role, language, address]`. */
export const EDITOR_PAGES = [
  ['questionnaires', 'office', 'zh', draft('')],
  ['questionnaires', 'office', 'en', draft('')],
  ['questionnaires', 'viewer', 'zh', open('')],
  ['editor', 'office', 'zh', draft('/resident')],
  ['editor', 'office', 'en', draft('/family')],
  ['editor', 'auditor', 'zh', open('/resident')],
  ['editor, moving', 'office', 'zh', draft('/family?move=first_change')],
  ['editor, removing', 'office', 'zh', draft('/family?remove=need')],
  ['editor, question', 'office', 'zh', draft('/family/question?row=sat_overall')],
  ['editor, question', 'office', 'en', draft('/family/question?row=sat_overall')],
  ['editor, group', 'office', 'zh', draft('/resident/question?row=functioning')],
  ['editor, number', 'office', 'zh', draft('/grassroots/question?row=activities')],
  ['editor, adding', 'office', 'zh', draft('/family/add?to=last')],
  ['editor, bank', 'office', 'zh', draft('/family/bank?to=last')],
  ['editor, bank', 'office', 'en', draft('/family/bank?to=last')],
  ['editor, copying', 'office', 'zh', draft('/family/copy?to=last')],
  ['editor, copying questions', 'office', 'zh', (task) => draft(`/family/copy?from=${task.demo.round}%2Fresident&to=last`)(task)],
  ['editor, copying questions', 'office', 'en', (task) => draft(`/family/copy?from=${task.demo.round}%2Fresident&to=last`)(task)],
  ['editor, translating', 'office', 'zh', draft('/family/words?lang=en')],
  ['editor, all words', 'office', 'en', draft('/family/words?lang=zh&all=1')],
  ['editor, check', 'office', 'zh', draft('/resident/check')],
  ['editor, robot', 'office', 'zh', draft('/family/check?robot=1')],
  ['editor, versions', 'office', 'zh', draft('/family/versions')],
  ['editor, difference', 'office', 'zh', draft('/family/versions?from=plan&to=now')],
  ['editor, difference', 'viewer', 'en', draft('/family/versions?from=plan&to=now')],
  ['editor, file', 'office', 'zh', draft('/family/file')],
  ['editor, into a draft plan', 'office', 'zh', draft('/family/plan')],
  ['editor, into a sealed plan', 'office', 'zh', open('/resident/plan')],
];

/** A form is sent although the browser would hold it back: as without its checks. */
async function send(page, form) {
  await page.locator(form).first().evaluate((one) => { one.noValidate = true; });
  await press(page, `${form} button.main`);
}

async function* writing(page, task) {
  await page.goto(draft('')(task));
  await send(page, 'form:has(#title)');
  yield 'nothing filled in';
  await page.fill('#title', '试一试');
  await page.fill('#name', 'states');
  await send(page, 'form:has(#title)');
  yield 'a questionnaire with nothing';
  await page.goto(draft('/states/preview')(task));
  yield { state: 'nothing to try out', who: 'respondent' };
  await page.goto(draft('/states/add?to=last')(task));
  await send(page, 'form:has(#label)');
  yield 'a question without words';
  await page.fill('#label', '您住在哪里？');
  await page.fill('#lines', '城里\n乡下\n说不清');
  await send(page, 'form:has(#label)');
  yield 'a question was added';
  await page.goto(draft('/states/add?to=last')(task));
  await page.fill('#label', '您多大年纪？');
  await page.selectOption('#kind', 'integer');
  await send(page, 'form:has(#label)');
  const address = page.url();
  await page.selectOption('#q-0-question', { index: 1 });
  await page.waitForSelector('#q-0-a');
  yield 'a condition being chosen';
  await page.fill('#rule-least', '十八');
  await send(page, '#edit');
  yield 'a limit that is no number';
  await page.fill('#rule-least', '18');
  const other = await page.context().newPage();
  await other.goto(address);
  await other.fill('#w-hint-zh', '周岁');
  await Promise.all([other.waitForNavigation(), other.click('#edit .save button')]);
  await other.close();
  await page.fill('#w-hint-zh', '按虚岁');
  await send(page, '#edit');
  yield 'somebody was quicker';
  await page.goto(draft('/states/preview')(task));
  yield { state: 'tried out', who: 'respondent' };
  await page.locator('main input[type=radio]').first().check();
  await press(page, 'main [data-main]');
  for (let count = 0; count < 3 && (await page.locator('main button[value=next]').count()) > 0; count += 1) {
    await press(page, 'main [data-main]');
  }
  yield { state: 'tried out to the end', who: 'respondent' };
  await page.goto(draft('/states/plan')(task));
  yield 'a new one on its way into the plan';
  await page.goto(draft('/states/file')(task));
  await page.setInputFiles('#file', { name: 'a.xlsx', mimeType: 'application/zip', buffer: Buffer.from('nothing') });
  await press(page, 'form:has(#file) button[type=submit]');
  yield 'a file that is none';
}

async function* amending(page, task) {
  await page.goto(open('/grassroots/question?row=activities')(task));
  await page.selectOption('#kind', 'text');
  await press(page, '#edit .save button');
  await page.goto(open('/grassroots/plan')(task));
  yield 'what cannot be changed';
  await press(page, '.steps-back button[value=undo]');
  yield 'gone back';
}

export const EDITOR = [
  { name: 'writing a questionnaire', role: 'office', walk: writing },
  { name: 'amending a questionnaire', role: 'office', walk: amending },
].map((journey) => ({ language: 'zh', who: 'console', ...journey }));
