// SPDX-License-Identifier: Apache-2.0
// The capabilities of known behaviour that the conformance checker asks for, in JavaScript.
import { setTimeout as sleep } from 'node:timers/promises';

import { Failed, defineModule, s } from '../index.js';

const line = s.object({ text: s.string() });
const number = s.object({ n: s.integer() });
const time = s.object({ ms: s.integer() });
let state = '';

async function* count({ n }) {
  for (let i = 0; i < n; ++i) yield { n: i };
  return { n };
}

async function wait({ ms }, { signal }) {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw signal.reason;
  }
  return { ms };
}

function spin({ ms }) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return { ms };
}

const offer = (input, output, handler) => ({ input, output, handler });

await defineModule({
  name: 'checked',
  version: '1.0.0',
  window: 4,
  state: { version: 2, restore: (saved) => (state = saved.text) },
  capabilities: {
    'check.echo@1': offer(line, line, (input) => input),
    'check.context@1': offer(line, s.any(), (_, { step, attempt, key, critique }) => ({ step, attempt, key, critique })),
    'check.charge@1': offer(line, line, (input, call) => (call.charge({ micro_money: 7, tokens: 70 }), input)),
    'check.refuse@1': offer(line, line, ({ text }) => {
      throw new Failed('rejected', text);
    }),
    'check.raise@1': offer(line, line, ({ text }) => {
      throw new Error(text);
    }),
    'check.count@1': offer(number, number, count),
    'check.wait@1': offer(time, time, wait),
    'check.spin@1': offer(time, time, spin),
    'check.ask@1': offer(line, line, (input, call) => call.ask('check.other@1', input)),
    'check.save@1': offer(line, line, async (input, call) => (await call.save(input), input)),
    'check.restored@1': offer(line, line, () => ({ text: state })),
  },
}).serve();
