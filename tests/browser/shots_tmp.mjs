import { chromium } from 'playwright-core';
import { readFileSync, mkdirSync } from 'node:fs';
const [dir, out, role, lang, ...paths] = process.argv.slice(2);
const demo = JSON.parse(readFileSync(dir + '/demo.json', 'utf8'));
mkdirSync(out, { recursive: true });
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const ctx = await b.newContext({ viewport: { width: 1280, height: 800 }, locale: lang === 'en' ? 'en-GB' : 'zh-CN' });
const p = await ctx.newPage();
const base = demo.base_url;
if (role !== '-') {
  const l = demo.logins.find((x) => x.role === role);
  await p.goto(base + '/console/login');
  await p.fill('input[name=login]', l.user); await p.fill('input[name=password]', l.password);
  await Promise.all([p.waitForNavigation(), p.click('main form button[type=submit]')]);
}
for (const path of paths) {
  for (const w of [360, 1280]) {
    await p.setViewportSize({ width: w, height: 800 });
    const r = await p.goto(base + path);
    const wide = await p.evaluate(() => document.documentElement.scrollWidth);
    console.log(r.status(), path, w, wide, (await p.title()));
    await p.screenshot({ path: `${out}/${path.replace(/[^a-z0-9]+/gi, '_')}-${role}-${lang}-${w}.png`, fullPage: true });
  }
}
await b.close();
