// The office closes, computes, looks behind the figures and publishes; anybody reads, and the viewer downloads the report.
import { assert, task } from '../lib.mjs';
import { says } from './people.mjs';
import { step } from './plan.mjs';

/** The figures of a page by name, of which only those that are the same everywhere are compared. */
async function figures(person) {
  const rows = await person.table('figures');
  return Object.fromEntries(Object.entries(rows).map(([name, [estimate, interval]]) => [name, { estimate, interval }]));
}

async function scores(person) {
  const rows = await person.table('scores');
  return Object.fromEntries(Object.entries(rows).map(([name, [score, , , , grade]]) => [name, { score, grade }]));
}

async function compute(office) {
  await office.round('/steps');
  await office.page.check('#confirm-compute');
  await office.press('form:has(#confirm-compute) button');
  // The page comes again by itself until the figures are there.
  await office.page.waitForSelector('[data-job-state=done], [data-job-state=failed]');
  assert(await office.page.locator('[data-job-state=failed]').count() === 0, `computing failed: ${await office.words()}`);
}

/** From a unit's grade to the questions and marks behind it. */
async function drill(office) {
  await office.round();
  await office.press('main a[href$="/units"]');
  await office.look('units compared');
  const unit = task.units[0];
  await office.press(`main a[href$="/units/${unit.code}"]`);
  const facts = await office.facts();
  await office.page.evaluate(() => { for (const one of document.querySelectorAll('main details')) one.open = true; });
  await office.look('behind a grade');
  return { facts, criteria: await office.table('leaf-3-2-criteria'), persons: await office.table('leaf-2-1-parts') };
}

async function publish(office) {
  await office.round('/publication');
  await office.look('before publishing');
  const hash = await office.words('main code.hash');
  await office.press('main a[href$="/preview"]');
  const preview = await figures(office);
  await office.round('/publication');
  await office.press('form:has(input[value=publish]) button');
  says(await office.words(), hash, 'published');
  await office.look('published');
  return preview;
}

/** What a role is refused is said in words, on a page. */
async function isRefused(viewer, parts) {
  for (const part of parts) {
    const reply = part.startsWith('/console') ? await viewer.open(part) : await viewer.round(part);
    assert(reply.status() === 403, `${part} answers ${reply.status()} to a viewer`);
    says(await viewer.words(), '您的账号没有这个权限', part);
    assert(await viewer.page.locator('main h1').count() === 1, `${part}: no heading`);
  }
  await viewer.look('refused');
}

async function read(viewer) {
  await viewer.press(`main a[href="/console/rounds/${task.round}"]`);
  const found = { figures: await figures(viewer), scores: await scores(viewer) };
  await viewer.look('round, as a viewer');
  const link = viewer.page.locator('main a[href*="report/download?format=pdf&lang=zh"]');
  const [file] = await Promise.all([viewer.page.waitForEvent('download'), link.click()]);
  await file.saveAs(task.report);
  await isRefused(viewer, ['/scoring', '/scoring/people', `/scoring/units/${task.units[0].code}`, '/marking', '/invitations', '/mailing',
    '/publication', '/data', '/plan/settings', '/plan/seal', '/frame', '/interviewers', '/console/audit', '/console/outbox', '/console/plans/new']);
  return found;
}

/** Closes, computes, publishes and reads; every figure as each page says it. */
export async function conclude(office, stranger, viewer) {
  says(await step(office, 'close'), '已结束收答卷', 'close');
  await compute(office);
  await office.round();
  const consoleShows = { figures: await figures(office), scores: await scores(office), rates: await office.table('groups') };
  await office.look('round, computed');
  const behind = await drill(office);
  const preview = await publish(office);
  await stranger.open(`/results/${task.round}`);
  const publicShows = { figures: await figures(stranger), scores: await scores(stranger), words: await stranger.words() };
  await stranger.look('public page');
  const files = {};
  for (const file of ['scores.csv', 'plan.zip']) {
    const reply = await stranger.fetch(`/results/${task.round}/${file}`);
    assert(reply.status() === 200, `${file} answers ${reply.status()}`);
    files[file] = file.endsWith('.zip') ? (await reply.body()).toString('base64') : await reply.text();
  }
  const viewerShows = await read(viewer);
  await office.round('/mailing');
  await office.look('mailing');
  await office.press('main a[href*="/mailing/preview"]');
  return { console: consoleShows, behind, preview, public: publicShows, files, viewer: viewerShows, letter: await office.words('pre.letter') };
}
