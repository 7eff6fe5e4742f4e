// SPDX-License-Identifier: Apache-2.0
import { defineModule, s } from '../../actors/sdk/javascript/index.js';

const firstSentences = (text, count) => text.match(/[^.!?]+[.!?]+/g)?.slice(0, count).join('').trim() ?? text;

const summariser = defineModule({
  name: 'summariser',
  version: '1.0.0',
  description: 'The first sentences of a text',
  capabilities: {
    'text.lead@1': {
      effect: 'pure',
      input: s.object({ text: s.string(), sentences: s.optional(s.integer()) }),
      output: s.object({ text: s.string() }),
      handler: ({ text, sentences = 1 }) => ({ text: firstSentences(text, sentences) }),
    },
  },
});

await summariser.serve();
