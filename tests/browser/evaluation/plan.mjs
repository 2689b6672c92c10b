// The office brings the plan, changes one value, looks at the difference, seals what it was shown, draws, invites, opens.
import { assert, task } from '../lib.mjs';
import { says } from './people.mjs';

/** Takes a step of the round, and returns what the page says about it. */
export async function step(office, name) {
  await office.round('/steps');
  await office.page.check(`#confirm-${name}`);
  await office.press(`form:has(#confirm-${name}) button`);
  return office.words();
}

async function bring(office) {
  await office.press('main a[href="/console/plans/new"]');
  await office.look('new round');
  await office.page.setInputFiles('#file', task.archive);
  await office.press('form[action$="/upload"] button');
  assert(office.path() === `/console/rounds/${task.round}/plan`, `the plan is not taken: ${await office.words()}`);
  says(await office.words(), '抽样框也已导入', 'the plan brought in');
  await office.look('plan brought in');
}

/** The grade “good” is given from a lower score. Returns the hash of the plan as it is saved then. */
async function change(office) {
  const before = await office.words('main code.hash');
  await office.press('main a[href$="/plan/settings"]');
  await office.page.fill('[name="grades[1].from"]', '60');
  await office.press('main form button.main');
  await office.press('main a[href$="/versions?from=saved&to=copy"]');
  const difference = await office.table('d-settings');
  assert(JSON.stringify(difference) === JSON.stringify({ 'grades[良好].from': ['70', '60'] }),
    `the difference is ${JSON.stringify(difference)}`);
  await office.look('difference');
  // Before it is saved it cannot be sealed.
  await office.round('/plan/seal');
  assert(await office.page.locator('#confirm').count() === 0, 'a plan with changes that are not saved can be sealed');
  await office.round('/plan');
  await office.page.fill('#reason', '领导小组11月会议：60分以上为良好');
  await office.press('form[action$="/save"] button');
  const after = await office.words('main code.hash');
  assert(before !== after && /^[0-9a-f]{64}$/.test(after), `saved as ${after}, before ${before}`);
  return after;
}

async function seal(office, saved) {
  await office.press('main a[href$="/plan/seal"]');
  const shown = await office.words('main code.hash');
  assert(shown === saved, `the hash shown before sealing is ${shown}, that of the plan ${saved}`);
  await office.look('seal');
  await office.page.check('#confirm');
  await office.press('form[action$="/seal"] button');
  says(await office.words(), '方案已封存并公布', 'steps after sealing');
  return shown;
}

/** From the archive to the open round; returns the sealed hash. */
export async function prepare(office, stranger) {
  await bring(office);
  const sealed = await seal(office, await change(office));
  // Before the first answer, anybody can read the hash, and the plan under it.
  await stranger.open(`/results/${task.round}`);
  const published = await stranger.words();
  says(published, sealed, 'the public page before fieldwork');
  says(published, '还没有公布', 'the public page before fieldwork');
  await stranger.look('public page before fieldwork');
  for (const [name, words] of [['sample', `已抽样：${task.sample} 例`], ['invite', `已生成 ${task.sample} 个答题码`], ['open', '已开始收答卷']]) {
    says(await step(office, name), words, name);
  }
  await office.look('steps, open');
  return sealed;
}
