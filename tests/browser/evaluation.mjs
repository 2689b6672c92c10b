// A whole evaluation by four roles, through the pages that people use: the office, three evaluators, a viewer; and the
// residents and the public. What each page said is reported, for the test to hold against the truth, the report and the mail.
// task: see tests/e2e/evaluation.rs
import { collect } from './evaluation/answers.mjs';
import { mark } from './evaluation/marking.mjs';
import { Office } from './evaluation/people.mjs';
import { prepare } from './evaluation/plan.mjs';
import { conclude } from './evaluation/results.mjs';
import { openBrowser } from './lib.mjs';

const browser = await openBrowser();
const house = new Office(browser);
const times = {};
let begun = Date.now();
const lap = (name) => { times[name] = Date.now() - begun; begun = Date.now(); };

const office = await house.signedIn('office');
const stranger = await house.stranger();
const sealed = await prepare(office, stranger);
lap('plan');
const evaluators = [];
for (const login of ['chen', 'luo', 'wei']) evaluators.push({ login, person: await house.signedIn(login) });
const marks = await mark(office, evaluators);
lap('marking');
const receipts = await collect(office);
lap('answers');
const shown = await conclude(office, stranger, await house.signedIn('viewer'));
lap('results');
house.report({ sealed, marks, receipts, times, ...shown });
await browser.close();
