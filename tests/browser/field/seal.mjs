// Seals messages with the interviewers' app's own code and Node's Web Crypto.
//
// Task: { "key": { "kid", "jwk" }, "messages": [ { "id", "round", "case_id", "plain": { … } } ] }
// Report: the messages, each with its envelope as `sealed`.
//
// `backend/src/field/testdata/sealed.json` was made with it, for the key of `field::sealing::tests::keys`.

globalThis.self = globalThis;
const { seal } = await import('../../../backend/assets/field/seal.js');

const task = JSON.parse(process.argv[2]);
const report = [];
for (const message of task.messages) {
  report.push(Object.assign({}, message, { sealed: await seal(task.key, message, message.plain) }));
}
console.log(JSON.stringify(report));
