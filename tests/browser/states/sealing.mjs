// The app's own sealing, under Node: it expects a worker's global.
globalThis.self = globalThis;
export const { seal } = await import('../../../backend/assets/field/seal.js');
