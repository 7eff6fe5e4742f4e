// SPDX-License-Identifier: Apache-2.0
import { Failed } from './failed.js';
import { pack, unpack } from './msgpack.js';
import { MAX_NAME_BYTES, code_of } from './wire.js';

const ASK_GRACE_MS = 1000; // beyond an ask's deadline, for the answer's way
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A handler's view of the call it is answering. */
export class Call {
  #serving;
  #deadline;
  #controller = new AbortController();
  #credit;
  #emitted = 0;
  #stopped;
  #waiting = new Set();
  #timer;

  constructor(serving, fields, previous) {
    this.#serving = serving;
    this.#deadline = performance.now() + fields.timeout_us / 1000;
    this.#credit = fields.chunks;
    this.id = fields.id;
    this.capability = fields.capability;
    this.step = fields.step ?? '';
    this.attempt = fields.attempt ?? 0;
    this.key = fields.key ?? '';
    this.critique = fields.critique ?? '';
    this.trace = fields.trace ?? '';
    this.budget = fields.budget;
    this.previous = previous;
    this.spent = undefined;
    this.#timer = setTimeout(() => this.stop('deadline'), Math.min(this.remaining(), MAX_TIMER_MS));
  }

  /** Aborted at the deadline, and when nobody waits for the call any more. */
  get signal() {
    return this.#controller.signal;
  }

  /** How many parts were streamed. */
  get emitted() {
    return this.#emitted;
  }

  /** Milliseconds until the deadline, never below 0. */
  remaining() {
    return Math.max(0, this.#deadline - performance.now());
  }

  /** Streams a part of the output; waits until the reader has room. Does nothing when nobody listens. */
  async emit(part) {
    if (this.#credit === undefined) return;
    const data = packed(part, 'a part of the output', 'bad_output', this.#serving.max_payload);
    while (this.#emitted >= this.#credit && !this.#stopped) await this.#wait();
    this.#fail_if_stopped();
    this.#serving.send({ kind: 'chunk', id: this.id, n: this.#emitted }, data);
    this.#emitted += 1;
  }

  /** Says what the module is doing, for people. */
  progress(text) {
    this.#serving.send({ kind: 'progress', id: this.id, text: String(text) });
  }

  /** Reports real cost; sums up. */
  charge({ micro_money = 0, tokens = 0 }) {
    this.spent = { micro_money: (this.spent?.micro_money ?? 0) + micro_money, tokens: (this.spent?.tokens ?? 0) + tokens };
  }

  /** Asks another capability; rejects with Failed. `timeout_ms` shortens what is left of the call's deadline. */
  async ask(capability, input, { timeout_ms = Infinity } = {}) {
    this.#fail_if_stopped();
    if (capability === '' || Buffer.byteLength(capability) > MAX_NAME_BYTES)
      throw new Failed('bad_input', `a capability's name has 1 to ${MAX_NAME_BYTES} bytes`);
    const data = packed(input, `the input of ${capability}`, 'bad_input', this.#serving.max_payload);
    const limit = Math.min(this.remaining(), timeout_ms);
    return this.#answer(this.#serving.begin_ask(this.id, capability, Math.floor(limit * 1000), data), limit);
  }

  async #answer(asked, limit) {
    const state = {};
    const timer = setTimeout(() => state.give_up(), Math.min(limit + ASK_GRACE_MS, MAX_TIMER_MS));
    try {
      const { fields, payloads } = await new Promise((resolve, reject) => {
        state.give_up = () => reject(new Failed('deadline', 'no answer in time'));
        this.signal.addEventListener('abort', () => reject(this.#why_stopped()), { once: true });
        asked.answered = resolve;
      });
      if (payloads.length === 0) throw new Failed(code_of(fields.code), fields.text ?? '');
      return readable(payloads[0], 'the answer', 'bad_output');
    } finally {
      clearTimeout(timer);
      this.#serving.end_ask(asked.id);
    }
  }

  /** Asks the node to keep the module's state for its next incarnation; resolves when it is kept. */
  async save(state) {
    this.#fail_if_stopped();
    const kept = this.#serving.save(packed(state, 'the state', 'bad_output', this.#serving.max_payload));
    await new Promise((resolve, reject) => {
      kept.then(resolve, reject);
      this.signal.addEventListener('abort', () => reject(this.#why_stopped()), { once: true });
    });
  }

  // --- For the SDK ---

  grant(chunks) {
    if (this.#credit === undefined || chunks <= this.#credit) return;
    this.#credit = chunks;
    this.#wake();
  }

  stop(code) {
    if (this.#stopped) return;
    this.#stopped = code;
    this.#wake();
    this.#controller.abort(this.#why_stopped());
  }

  close() {
    clearTimeout(this.#timer);
  }

  #wait() {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #wake() {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #why_stopped() {
    return new Failed(this.#stopped, this.#stopped === 'deadline' ? 'the deadline has passed' : 'nobody waits for this call any more');
  }

  #fail_if_stopped() {
    if (this.#stopped) throw this.#why_stopped();
  }
}

/** The value in MessagePack; Failed with `code` when it cannot be written or is too large. */
export function packed(value, what, code, max_bytes) {
  let data;
  try {
    data = pack(value);
  } catch (problem) {
    throw new Failed(code, `${what}: ${problem.message}`);
  }
  if (data.length > max_bytes) throw new Failed(code, `${what} has ${data.length} bytes; at most ${max_bytes} are allowed, put it into a file`);
  return data;
}

/** The value of a payload; Failed with `code` when it is broken. */
export function readable(data, what, code) {
  try {
    return unpack(data);
  } catch (problem) {
    throw new Failed(code, `${what}: ${problem.message}`);
  }
}
