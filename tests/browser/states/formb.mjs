// The page on which an interviewer lets ODK Collect or Enketo in.
import { press } from './respond.mjs';

const PAGE = ({ demo }) => `${demo.url}/field/odk`;

/** Pages for everyone. */
export const FORMB_PUBLIC = [
  ['letting ODK Collect in', 'console', 'zh', PAGE],
  ['letting ODK Collect in', 'console', 'en', PAGE],
];

async function* joining(page, task) {
  const { user, password } = task.demo.logins.interviewer;
  await page.goto(PAGE(task));
  await page.fill('#login', user);
  await page.fill('#password', 'wrong');
  await press(page, 'main form button.main');
  yield 'letting ODK Collect in, wrong password';
  await page.fill('#password', password);
  await press(page, 'main form button.main');
  yield 'letting ODK Collect in, address and password';
}

export const FORMB = [
  { name: 'letting ODK Collect in', language: 'zh', who: 'console', walk: joining },
];
