// Briefs and the reports of all units, in the console.
const at = ({ demo }) => `${demo.url}/console/rounds/${demo.round}/reports`;

/** As CONSOLE: name, role, language, address. */
export const REPORT_PAGES = [
  ['briefs and all reports', 'office', 'zh', at],
  ['briefs and all reports', 'viewer', 'en', at],
  ['briefs, nothing computed', 'office', 'zh', ({ ended }) => `${ended.url}/console/rounds/${ended.round}/reports`, 'ended'],
];
