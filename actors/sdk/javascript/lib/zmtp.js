// SPDX-License-Identifier: Apache-2.0
// The part of ZMTP 3.0 (rfc.zeromq.org/spec/23) that a worker needs: a DEALER with the mechanism NULL over ipc:// or
// tcp://, that reconnects. ZeroMQ's own library is not needed, and nothing has to be compiled.
import { EventEmitter } from 'node:events';
import { connect } from 'node:net';

const MORE = 1;
const LONG = 2;
const COMMAND = 4;
const GREETING_BYTES = 64;
const RECONNECT_MS = 100;
const MAX_FRAME_BYTES = 67108864 + 1024; // a larger one is no message of this protocol

function greeting() {
  const out = Buffer.alloc(GREETING_BYTES);
  out[0] = 0xff;
  out[9] = 0x7f;
  out[10] = 3; // version 3.0
  out.write('NULL', 12);
  return out;
}

function property(name, value) {
  const out = Buffer.alloc(1 + name.length + 4 + value.length);
  out[0] = name.length;
  out.write(name, 1);
  out.writeUInt32BE(value.length, 1 + name.length);
  out.write(value, 5 + name.length);
  return out;
}

function frame(flags, body) {
  if (body.length < 256) return Buffer.concat([Buffer.from([flags, body.length]), body]);
  const head = Buffer.alloc(9);
  head[0] = flags | LONG;
  head.writeBigUInt64BE(BigInt(body.length), 1);
  return Buffer.concat([head, body]);
}

function ready() {
  return frame(COMMAND, Buffer.concat([Buffer.from('\x05READY'), property('Socket-Type', 'DEALER'), property('Identity', '')]));
}

/** ZeroMQ's addresses as those of node:net. */
export function address(endpoint) {
  if (endpoint.startsWith('ipc://@')) return { path: '\0' + endpoint.slice(7) };
  if (endpoint.startsWith('ipc://')) return { path: endpoint.slice(6) };
  const tcp = /^tcp:\/\/(.+):(\d+)$/.exec(endpoint);
  if (tcp) return { host: tcp[1].replace(/^\[|\]$/g, ''), port: Number(tcp[2]) };
  throw new Error(`the endpoint ${endpoint} is neither ipc:// nor tcp://HOST:PORT`);
}

/** Takes bytes as they come, and gives greetings and frames when they are complete. */
export class FrameReader {
  constructor() {
    this.parts = [];
    this.length = 0;
    this.greeted = false;
  }

  push(data) {
    this.parts.push(data);
    this.length += data.length;
  }

  /** All bytes in one piece; joined only when a frame is known to be complete, so that large ones stay linear. */
  joined() {
    if (this.parts.length > 1) this.parts = [Buffer.concat(this.parts, this.length)];
    return this.parts[0] ?? Buffer.alloc(0);
  }

  drop(count) {
    const rest = this.joined().subarray(count);
    this.parts = rest.length ? [rest] : [];
    this.length = rest.length;
  }

  /** {flags, body} of the next frame, {greeting} first of all, or nothing yet. */
  next() {
    if (!this.greeted) return this.length < GREETING_BYTES ? undefined : this.nextGreeting();
    if (this.length < 2 || this.length < (this.wanted ?? 0)) return undefined;
    const data = this.joined();
    const long = (data[0] & LONG) !== 0;
    if (long && data.length < 9) return undefined;
    const size = long ? Number(data.readBigUInt64BE(1)) : data[1];
    if (size > MAX_FRAME_BYTES) throw new Error(`a frame of ${size} bytes`);
    this.wanted = (long ? 9 : 2) + size;
    if (data.length < this.wanted) return undefined;
    const found = { flags: data[0], body: data.subarray(this.wanted - size, this.wanted) };
    this.drop(this.wanted);
    this.wanted = 0;
    return found;
  }

  nextGreeting() {
    const data = this.joined();
    if (data[0] !== 0xff || data[9] !== 0x7f || data[10] < 3) throw new Error('the peer does not speak ZMTP 3');
    if (data.toString('latin1', 12, 32).replace(/\0+$/, '') !== 'NULL') throw new Error('the peer wants encryption (CURVE), which this SDK does not have');
    this.drop(GREETING_BYTES);
    this.greeted = true;
    return { greeting: true };
  }
}

/** Events: `message` (frames). What is sent before the connection stands waits for it; what was under way when it breaks is lost. */
export class Dealer extends EventEmitter {
  constructor(endpoint) {
    super();
    this.address = address(endpoint);
    this.waiting = [];
    this.closed = false;
    this.open();
  }

  open() {
    const socket = connect(this.address);
    this.socket = socket;
    this.isReady = false;
    this.reader = new FrameReader();
    this.frames = [];
    socket.on('connect', () => socket.write(greeting()));
    socket.on('data', (data) => this.take(socket, data));
    socket.on('error', () => {}); // "close" follows
    socket.on('close', () => {
      if (!this.closed) this.retry = setTimeout(() => this.open(), RECONNECT_MS);
    });
  }

  take(socket, data) {
    this.reader.push(data);
    try {
      for (let found; !this.closed && (found = this.reader.next()); ) this.handle(socket, found);
    } catch (problem) {
      socket.destroy(problem);
    }
  }

  handle(socket, { greeting: greeted, flags, body }) {
    if (greeted) return socket.write(ready());
    if (flags & COMMAND) return this.command(socket, body);
    this.frames.push(body);
    if (flags & MORE) return;
    const frames = this.frames;
    this.frames = [];
    this.emit('message', frames);
  }

  command(socket, body) {
    const name = body.toString('latin1', 1, 1 + body[0]);
    if (name === 'ERROR') throw new Error('the peer refuses the connection');
    if (name !== 'READY' || this.isReady) return;
    this.isReady = true;
    for (const message of this.waiting.splice(0)) this.send(message);
  }

  /** Frames of one message. */
  send(frames) {
    if (!this.isReady || this.socket.destroyed) {
      this.waiting.push(frames);
      return;
    }
    this.socket.cork();
    frames.forEach((body, i) => this.socket.write(frame(i + 1 < frames.length ? MORE : 0, body)));
    this.socket.uncork();
  }

  /** Sends what is left, then calls `done`. */
  close(done) {
    this.closed = true;
    clearTimeout(this.retry);
    if (!this.isReady) {
      this.socket.destroy();
      return done();
    }
    this.socket.end(done);
  }
}
