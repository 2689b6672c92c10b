// Files that came with responses.
const at = (part) => ({ demo }) => `${demo.url}/console/rounds/${demo.round}${part}`;

/** Pages of the console. */
export const FORMS_CONSOLE = [
  ['files of responses', 'office', 'zh', at('/attachments')],
  ['files of responses', 'office', 'en', at('/attachments')],
];
