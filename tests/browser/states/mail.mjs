// The leadership's e-mail: the office's page with its acts, a message looked at, and the page on which it is stopped.
// The call-back sample: how it stands, and a caller's work from taking a person to the outcome.
import { press } from './respond.mjs';

const at = (part) => ({ demo }) => `${demo.url}/console/rounds/${demo.round}${part}`;

/** As in `states/staff.mjs`. */
export const MAIL_PAGES = [
  ['mailing', 'office', 'en', at('/mailing')],
  ['call-backs', 'office', 'zh', at('/callbacks')],
  ['call-backs', 'auditor', 'en', at('/callbacks')],
  ['call-backs', 'evaluator', 'zh', at('/callbacks')],
];

/** A form is sent although the browser would hold it back: as without its checks. */
async function send(page, form) {
  await page.locator(form).first().evaluate((one) => {
    one.noValidate = true;
    for (let fold = one.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
  });
  await press(page, `${form} button[type=submit]`);
}
const act = (name) => `form:has(input[name=act][value=${name}])`;

async function* mailing(page, task) {
  const address = at('/mailing')(task);
  await page.goto(address);
  yield { state: 'mailing', light: false };
  await send(page, act('hold'));
  yield 'mailing, no reason to hold it';
  await page.fill('#reason', '有一个乡镇的数据要核对');
  await send(page, act('hold'));
  yield { state: 'mailing, held', light: false };
  await send(page, act('release'));
  await page.locator('details:has(#name)').evaluate((one) => { one.open = true; });
  await page.fill('#email', 'nobody');
  await page.selectOption('#role', 'unit');
  await send(page, act('add'));
  yield { state: 'mailing, recipient at fault', light: false };
  await page.fill('#name', '分管副县长');
  await page.fill('#email', 'vice@yunxi.example');
  await page.selectOption('#role', 'leadership');
  await page.selectOption('#unit', { index: 2 });
  await send(page, act('add'));
  yield 'mailing, recipient added';
  await page.fill('#own', 'nobody');
  await send(page, act('test'));
  yield 'mailing, own address at fault';
  await page.goto(address);
  const message = page.locator('a[href*="/preview?to="]').first();
  await Promise.all([page.waitForNavigation(), message.click()]);
  yield { state: 'mailing, preview', light: false };
  const html = await page.locator('a[href*="/message?to="]').getAttribute('href');
  const text = await page.locator('pre.letter').textContent();
  // In its sandbox no script runs, not even that of the checks: they look at the same page without the header.
  await page.route('**/mailing/message?*', async (route) => {
    const reply = await route.fetch();
    const { 'content-security-policy': policy, ...headers } = reply.headers();
    if (!policy.includes('sandbox')) throw new Error(`the message has the policy ${policy}`);
    await route.fulfill({ response: reply, headers });
  });
  await page.goto(new URL(html, address).href);
  yield { state: 'mailing, message', who: 'mail', light: false };
  await page.goto(text.match(/https?:\/\/\S+\/mail\/stop\/\S+/)[0].replace(/^https?:\/\/[^/]+/, task.demo.url));
  yield { state: 'mail to be stopped', who: 'respondent', light: false };
  await press(page, 'main form button');
  yield { state: 'mail stopped', who: 'respondent', light: false };
  await press(page, 'main form button');
  yield { state: 'mail wanted again', who: 'respondent' };
}

async function* calling(page, task) {
  await page.goto(at('/callbacks/call')(task));
  yield 'a call, nobody taken';
  await press(page, 'button[value=next]');
  yield { state: 'a call, number hidden', light: false };
  await press(page, 'button[value=show]');
  yield { state: 'a call, number shown', light: false };
  await page.check('input[name=took_part][value=yes]');
  await page.selectOption('#outcome', 'done');
  await send(page, 'form:has(#outcome)');
  yield { state: 'a call, questions missing', light: false };
  for (const name of ['answered_self', 'staff_present', 'rating_right']) await page.check(`input[name=${name}][value=no]`);
  await send(page, 'form:has(#outcome)');
  yield 'a call, recorded';
}

export const MAIL = [
  { name: 'calling back', language: 'zh', who: 'console', role: 'evaluator', light: true, walk: calling },
  { name: 'mailing', language: 'zh', who: 'console', role: 'office', light: true, walk: mailing },
];
