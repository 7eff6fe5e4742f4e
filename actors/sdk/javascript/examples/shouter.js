// SPDX-License-Identifier: Apache-2.0
import { defineModule, s } from '../index.js';

const line = s.object({ text: s.string() });

const shouter = defineModule({
  name: 'shouter',
  version: '1.0.0',
  capabilities: {
    'text.shout@1': {
      effect: 'pure',
      input: line,
      output: line,
      handler: ({ text }) => ({ text: text.toUpperCase() }),
    },
  },
});

await shouter.serve();
