// SPDX-License-Identifier: Apache-2.0
// A thread of its own for the session: it owns the socket and says heartbeats while a handler computes. What concerns
// handlers it passes on to the main thread (module.js), as {kind, …}, and takes what they send, as {fields, payload}.
import { randomInt } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

import { VERSION, WireError, envelope, read } from './wire.js';
import { Dealer } from './zmtp.js';

const HELLO_INTERVAL_MS = 1000;
const PATIENCE_MS = 30000;
const EXIT_GRACE_MS = 500; // for the main thread, which a handler may block

/** The session, from hello to goodbye. `settings`: endpoint, token, window, state?, manifest (packed). */
class Session {
  constructor(settings) {
    this.settings = settings;
    this.dealer = new Dealer(settings.endpoint);
    this.dealer.on('message', (frames) => this.receive(frames));
    parentPort.on('message', (m) => (m === 'drain' ? this.drain() : this.pass_on(m)));
    this.ended = false;
    this.draining = false;
    this.greet();
    this.tick();
  }

  // --- Time ---

  tick() {
    if (this.ended) return;
    const now = performance.now();
    if (now - this.heard >= this.silence) return this.leave('node_down', `the node was silent for ${this.silence / 1000} s; is it running?`);
    if (now - this.said >= this.beat) this.speak();
    clearTimeout(this.timer);
    const next = Math.min(this.said + this.beat, this.heard + this.silence) - performance.now();
    this.timer = setTimeout(() => this.tick(), Math.max(1, Math.min(next, 2 ** 30)));
  }

  speak() {
    if (this.session === 0) this.say_hello();
    else this.send({ kind: 'heartbeat', open: this.open.size });
  }

  // --- To the node ---

  greet() {
    this.session = this.last_call = 0;
    this.open = new Set();
    this.start = 1 + randomInt(2 ** 48 - 2);
    this.beat = HELLO_INTERVAL_MS;
    this.silence = PATIENCE_MS;
    this.heard = performance.now();
    this.say_hello();
  }

  say_hello() {
    const { token, window, state, manifest } = this.settings;
    this.send({ kind: 'hello', versions: [VERSION], start: this.start, token, sdk: 'javascript 0.1.0', window, state }, manifest);
  }

  send(fields, payload) {
    this.said = performance.now();
    const session = fields.kind === 'hello' ? undefined : this.session;
    this.dealer.send([envelope({ ...fields, session }), ...(payload ? [payload] : [])]);
  }

  /** What a handler sends. An end frees the call's place in the window. */
  pass_on({ session, fields, payload }) {
    if (this.ended || session !== this.session || session === 0) return;
    if (fields.kind === 'result' || fields.kind === 'error') {
      if (!this.open.delete(fields.id)) return;
    }
    this.send(fields, payload);
    this.leave_if_drained();
  }

  /** No new calls; the session ends when the open ones have. */
  drain() {
    if (this.ended || this.draining) return;
    this.draining = true;
    if (this.session === 0) return void this.end();
    this.send({ kind: 'drain' });
    this.leave_if_drained();
  }

  leave_if_drained() {
    if (this.draining && this.open.size === 0) this.leave();
  }

  leave(code, text = '') {
    if (this.ended) return;
    if (this.session !== 0) this.send({ kind: 'goodbye', code, text: text || undefined });
    this.end(code && `${code}: ${text}`);
  }

  end(problem) {
    this.ended = true;
    clearTimeout(this.timer);
    this.dealer.close(() => {
      parentPort.postMessage({ kind: 'end', problem });
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), EXIT_GRACE_MS);
    });
  }

  // --- From the node ---

  receive(frames) {
    if (this.ended) return;
    this.heard = performance.now();
    try {
      const message = read(frames);
      if (message) this.follow(message.fields, message.payloads);
    } catch (problem) {
      if (!(problem instanceof WireError)) throw problem;
      this.leave(problem.code, problem.message);
    }
  }

  follow(fields, payloads) {
    const { kind } = fields;
    if (kind === 'refuse') return this.on_refuse(fields);
    if (kind === 'welcome') return this.on_welcome(fields, payloads);
    if (this.session === 0 || fields.session !== this.session) return undefined;
    if (kind === 'call') return this.on_call(fields, payloads);
    if (kind === 'goodbye') return this.end(fields.code && `${fields.code}: ${fields.text ?? ''}`);
    if (kind === 'drain') {
      this.draining = true;
      return this.leave_if_drained();
    }
    if (kind !== 'heartbeat') parentPort.postMessage({ kind, fields, payloads });
    return undefined;
  }

  on_welcome(fields, payloads) {
    if (this.session !== 0 || fields.start !== this.start) return;
    this.session = fields.session;
    if (fields.version !== VERSION) return this.leave('unsupported', `version ${fields.version} was not offered`);
    this.beat = fields.heartbeat_us / 1000;
    this.silence = fields.silence_us / 1000;
    parentPort.postMessage({ kind: 'welcome', fields, payloads });
    this.send({ kind: 'heartbeat', open: 0 });
    this.tick();
  }

  on_refuse({ code, text }) {
    if (code !== 'not_found') return this.end(`refused: ${code}: ${text}`);
    if (this.session === 0) return;
    parentPort.postMessage({ kind: 'forget' });
    this.greet();
  }

  on_call(fields, payloads) {
    if (fields.id <= this.last_call) return;
    this.last_call = fields.id;
    if (this.draining) return this.send({ kind: 'error', id: fields.id, code: 'overloaded', text: 'the worker is draining', begun: false });
    if (this.open.size >= this.settings.window)
      return this.leave('corrupt', `more calls than the window of ${this.settings.window}; wait until one has ended`);
    this.open.add(fields.id);
    parentPort.postMessage({ kind: 'call', fields, payloads });
  }
}

new Session(workerData);
