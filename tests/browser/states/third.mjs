// The third party's pages: an evaluator marks, the office gives back, approves and lets marks count.
import { press } from './respond.mjs';

const at = (part) => ({ demo }) => `${demo.url}/console/rounds/${demo.round}${part}`;
/** The name of the evaluator whose login the demo prints. */
const EVALUATOR = '第三方评估员';

/** `[name, role, language, address]`. */
export const THIRD_PAGES = [
  ['third party', 'office', 'zh', at('/scoring')],
  ['third party', 'auditor', 'en', at('/scoring')],
  ['evaluators', 'office', 'zh', at('/scoring/people')],
  ['evaluators', 'office', 'en', at('/scoring/people')],
  ['own units', 'evaluator', 'zh', at('/marking')],
  ['declaration', 'evaluator', 'zh', at('/marking/declaration')],
  ['declaration', 'evaluator', 'en', at('/marking/declaration')],
];

/** A form is sent although the browser would hold it back. */
async function send(page, form, button = 'button[type=submit]') {
  await page.locator(form).first().evaluate((one) => { one.noValidate = true; });
  await press(page, `${form} ${button}`);
}

/** Opens the page of a unit that the evaluator has marked. */
async function openUnit(office, task) {
  await office.goto(at('/scoring')(task));
  const units = await office.locator('table a').evaluateAll((links) => links.map((link) => link.href));
  for (const address of units) {
    await office.goto(address);
    if (await office.locator(`section:has(h2:text-is("${EVALUATOR}"))`).count()) return;
  }
  throw new Error('the evaluator has marked no unit');
}

async function* marking(page, task) {
  const office = await task.open('office');
  try {
    await openUnit(office, task);
    const address = office.url();
    const mine = `section:has(h2:text-is("${EVALUATOR}"))`;
    yield { state: 'a unit, all cards sealed', page: office };
    await office.locator(`${mine} summary`).click();
    await send(office, `${mine} details form`);
    yield { state: 'a unit, given back without a reason', page: office, light: true };
    await office.locator(`${mine} input[name=reason]`).fill('照片看不清，请重拍。');
    await send(office, `${mine} details form`);
    yield { state: 'a unit, given back', page: office, light: true };

    await page.goto(at('/marking')(task));
    await press(page, '.cards li:has(progress) a');
    yield 'a card, given back';
    await page.setInputFiles('#file-0', { name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('no photograph') });
    await press(page, 'main form[enctype] button.main');
    yield 'a card, at fault';
    await press(page, 'main form[enctype] button.main');
    yield { state: 'a card, sealed', light: true };
    await page.goto(at('/marking/log')(task));
    yield { state: 'own log', light: true };
    await page.goto(at('/marking/declaration')(task));
    await send(page, 'form:has(#sure)');
    yield { state: 'declaration, not confirmed', light: true };

    await office.goto(at('/scoring')(task));
    yield { state: 'third party, an approval is missing', page: office, light: true };
    await office.goto(address);
    await press(office, 'button[value=approve]');
    yield { state: 'a unit, approved', page: office, light: true };
    await office.goto(at('/scoring')(task));
    await press(office, 'form[action$="/count"] button');
    yield { state: 'third party, marks count', page: office, light: true };
    await office.goto(at('/scoring/people')(task));
    await office.locator('details:has(#withdraw-reason) summary').click();
    await send(office, 'form:has(#withdraw-reason)');
    yield { state: 'evaluators, leaving without a reason', page: office, light: true };
  } finally {
    await office.context().close();
  }
}

export const THIRD = [
  { name: 'marking', language: 'zh', who: 'console', role: 'evaluator', walk: marking },
];
