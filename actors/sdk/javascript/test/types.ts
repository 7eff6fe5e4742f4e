// SPDX-License-Identifier: Apache-2.0
// Compiled, never run: what the types allow, and, below @ts-expect-error, what they must refuse.
import { Failed, capability, defineModule, s, type TypeOf } from '../index.js';

const line = s.object({ text: s.string(), size: s.optional(s.integer()) });
const right: TypeOf<typeof line> = { text: 'hi' };
// @ts-expect-error: text is missing
const wrong: TypeOf<typeof line> = { size: 5 };

export const shout = capability({
  input: line,
  output: s.object({ n: s.number() }),
  handler: async ({ text, size }, call) => {
    const asked = await call.ask<{ n: number }>('text.other@1', { text }, { timeout_ms: 100 });
    if (call.signal.aborted) throw new Failed('cancelled');
    return { n: text.length + (size ?? 0) + asked.n };
  },
});

export const stream = capability({
  input: line,
  output: s.array(s.union(s.string(), s.null())),
  handler: async function* ({ text }) {
    yield text;
    return [text, null];
  },
});

// @ts-expect-error: the output is no number
capability({ input: line, output: s.number(), handler: ({ text }) => text });
// @ts-expect-error: no such code
new Failed('sunspots');
// @ts-expect-error: a module needs a version
defineModule({ name: 'x', capabilities: { 'text.shout@1': shout } });

defineModule({ name: 'x', version: '1.0.0', capabilities: { 'text.shout@1': shout, 'text.stream@1': stream } });
console.log(right, wrong);
