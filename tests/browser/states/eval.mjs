// The evaluation: all units compared, and what stands behind one.
const at = (part) => ({ demo }) => `${demo.url}/console/rounds/${demo.round}${part}`;

/** `[name, role, language, address]`. */
export const EVALUATION_PAGES = [
  ['units compared', 'office', 'zh', at('/units')],
  ['units compared', 'office', 'en', at('/units')],
  ['units compared, two chosen', 'viewer', 'zh', at('/units?one=990101001&other=990101002')],
  ['units compared, the same chosen twice', 'auditor', 'zh', at('/units?one=990101001&other=990101001')],
  ['unit', 'office', 'zh', at('/units/990101001')],
  ['unit', 'viewer', 'en', at('/units/990101003')],
  ['unit, the county', 'office', 'zh', at('/units/990101')],
  ['unit, none', 'office', 'zh', at('/units/nowhere')],
];
