// SPDX-License-Identifier: Apache-2.0
// The main thread's part: runs handlers for the calls that the session (session.js, another thread) passes on.
import { Worker } from 'node:worker_threads';

import { Call, packed, readable } from './call.js';
import { Failed } from './failed.js';
import { MANIFEST_LIMITS, pack } from './msgpack.js';
import { misfit } from './schema.js';
import { code_of } from './wire.js';

/** Serves a module to one node; `run` resolves with why the session ended, or undefined after an orderly goodbye. */
export class Serving {
  constructor(definition, manifest, endpoint, token) {
    this.definition = definition;
    this.calls = new Map();
    this.asks = new Map();
    this.saves = new Map();
    this.session = this.last_ask = this.last_save = 0;
    this.max_payload = Infinity;
    const workerData = { endpoint, token, window: definition.window ?? 16, state: definition.state?.version, manifest: pack(manifest, MANIFEST_LIMITS) };
    this.thread = new Worker(new URL('./session.js', import.meta.url), { workerData });
  }

  run() {
    return new Promise((resolve, reject) => {
      this.finished = resolve;
      this.thread.on('error', reject);
      this.thread.on('message', (m) => this[`on_${m.kind}`](m));
    });
  }

  /** Ends in order; `run` resolves then. */
  drain() {
    this.thread.postMessage('drain');
  }

  send(fields, payload) {
    this.thread.postMessage({ session: this.session, fields, payload });
  }

  begin_ask(call, capability, timeout_us, input) {
    const asked = { id: ++this.last_ask };
    this.asks.set(asked.id, asked);
    this.send({ kind: 'ask', id: asked.id, call, capability, timeout_us }, input);
    return asked;
  }

  /** If no answer has come, the node is told that nobody waits for one. */
  end_ask(id) {
    if (this.asks.delete(id)) this.send({ kind: 'cancel', id });
  }

  save(state) {
    const { version } = this.definition.state ?? {};
    if (version === undefined) throw new TypeError('the module keeps no state; define state: { version, restore }');
    const number = ++this.last_save;
    this.send({ kind: 'save', number, state: version }, state);
    return new Promise((resolve, reject) => this.saves.set(number, { resolve, reject }));
  }

  // --- What the session passes on ---

  on_welcome({ fields, payloads }) {
    this.session = fields.session;
    this.max_payload = fields.max_payload_bytes;
    this.last_ask = this.last_save = 0;
    if (fields.state !== undefined) this.definition.state?.restore?.(readable(payloads[0], 'the saved state', 'internal'), fields.state);
  }

  on_forget() {
    for (const call of this.calls.values()) call.stop('cancelled');
    for (const { reject } of this.saves.values()) reject(new Failed('node_down', 'the node began anew'));
    this.calls.clear();
    this.asks.clear();
    this.saves.clear();
    this.session = 0;
  }

  on_end({ problem }) {
    this.on_forget();
    this.finished(problem);
  }

  on_credit({ fields }) {
    this.calls.get(fields.id)?.grant(fields.chunks);
  }

  on_cancel({ fields }) {
    this.calls.get(fields.id)?.stop('cancelled');
  }

  on_answer({ fields, payloads }) {
    const asked = this.asks.get(fields.id);
    this.asks.delete(fields.id);
    asked?.answered({ fields, payloads });
  }

  on_saved({ fields }) {
    for (const [number, { resolve }] of this.saves) {
      if (number > fields.number) continue;
      this.saves.delete(number);
      resolve();
    }
  }

  async on_call({ fields, payloads }) {
    const offered = Object.hasOwn(this.definition.capabilities, fields.capability) && this.definition.capabilities[fields.capability];
    if (!offered) return this.fail(fields.id, 'no_route', `this module does not offer ${fields.capability}`, { begun: false });
    let begun = false;
    let call;
    try {
      const input = readable(payloads[0], 'the input', 'bad_input');
      call = new Call(this, fields, payloads[1] && readable(payloads[1], 'the previous output', 'bad_input'));
      this.calls.set(call.id, call);
      const why = misfit(offered.input, input);
      if (why) throw new Failed('bad_input', `${fields.capability}: ${why}`);
      begun = true;
      this.finish(call, await handled(offered.handler, input, call));
    } catch (problem) {
      this.fail_with(fields.id, problem, { begun, ...call?.spent });
    } finally {
      call?.close();
      if (this.calls.get(fields.id) === call) this.calls.delete(fields.id);
    }
    return undefined;
  }

  finish(call, output) {
    if (this.calls.get(call.id) !== call) return; // the session is over
    this.send({ kind: 'result', id: call.id, chunks: call.emitted, ...call.spent }, packed(output, 'the output', 'bad_output', this.max_payload));
  }

  fail_with(id, problem, more) {
    if (problem instanceof Failed) return this.fail(id, code_of(problem.code), problem.text, more);
    const text = problem instanceof Error ? `${problem.name}: ${problem.message}` : String(problem);
    return this.fail(id, 'crashed', `the module threw ${text}`, more);
  }

  fail(id, code, text, more) {
    this.send({ kind: 'error', id, code, text, ...more });
  }
}

/** The handler's output. What a generator yields is streamed, what it returns is the output. */
async function handled(handler, input, call) {
  const result = handler(input, call);
  if (typeof result?.next !== 'function') return result;
  for (;;) {
    const { value, done } = await result.next();
    if (done) return value;
    try {
      await call.emit(value);
    } catch (problem) {
      await result.return?.();
      throw problem;
    }
  }
}
