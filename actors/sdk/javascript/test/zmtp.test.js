// SPDX-License-Identifier: Apache-2.0
// The socket against a peer written here byte by byte; the conformance checker drives it with ZeroMQ itself.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import test from 'node:test';

import { Dealer, FrameReader, address } from '../lib/zmtp.js';

const GREETING = Buffer.concat([Buffer.from('ff00000000000000007f0301', 'hex'), Buffer.from('NULL'), Buffer.alloc(48)]);
const READY = Buffer.from('\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER', 'latin1');

/** Reads until so many frames have come. */
async function frames_of(socket, count) {
  const reader = new FrameReader();
  const found = [];
  for await (const data of socket.iterator({ destroyOnReturn: false })) {
    reader.push(data);
    for (let frame; (frame = reader.next()); ) if (!frame.greeting) found.push(frame);
    if (found.length >= count) return found;
  }
  return found;
}

test('addresses', () => {
  assert.deepEqual(address('ipc:///a/b'), { path: '/a/b' });
  assert.deepEqual(address('tcp://[::1]:80'), { host: '::1', port: 80 });
  assert.throws(() => address('pgm://x'), /ipc:/);
});

test('frames arrive however the bytes are cut', () => {
  const long = Buffer.concat([Buffer.from('020000000000000400', 'hex'), Buffer.alloc(1024, 7)]);
  const data = Buffer.concat([GREETING, READY, Buffer.from('010161', 'hex'), Buffer.from('0000', 'hex'), long]);
  for (const size of [1, 3, 64, data.length]) {
    const reader = new FrameReader();
    const found = [];
    for (let i = 0; i < data.length; i += size) {
      reader.push(data.subarray(i, i + size));
      for (let frame; (frame = reader.next()); ) found.push(frame.greeting ? 'greeting' : [frame.flags, frame.body.length]);
    }
    assert.deepEqual(found, ['greeting', [4, 28], [1, 1], [0, 0], [2, 1024]]);
  }
});

test('a peer that wants encryption or sends endless frames is refused', () => {
  const curve = Buffer.from(GREETING);
  curve.write('CURVE', 12);
  const reader = new FrameReader();
  reader.push(curve);
  assert.throws(() => reader.next(), /CURVE/);
  const greedy = new FrameReader();
  greedy.push(Buffer.concat([GREETING, Buffer.from('02ffffffffffffffff', 'hex')]));
  greedy.next();
  assert.throws(() => greedy.next(), /frame of/);
});

test('it shakes hands, speaks, and connects again when the peer has gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'agents_zmtp_'));
  const path = join(folder, 'node');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const dealer = new Dealer(`ipc://${path}`);
  dealer.send([Buffer.from('early'), Buffer.from('x'.repeat(300))]);
  for (const round of [1, 2]) {
    const [socket] = await once(server, 'connection');
    socket.write(Buffer.concat([GREETING, READY]));
    if (round === 2) dealer.once('message', () => dealer.send([Buffer.from('again')]));
    const message = Buffer.from('\x01\x01a\x00\x01b', 'latin1');
    const heard = once(dealer, 'message');
    socket.write(message);
    assert.deepEqual((await heard)[0].map(String), ['a', 'b']);
    const frames = (await frames_of(socket, round === 1 ? 3 : 2)).slice(1);
    assert.deepEqual(frames.map((f) => f.body.length), round === 1 ? [5, 300] : [5]);
    socket.destroy();
  }
  await new Promise((done) => dealer.close(done));
  server.close();
  rmSync(folder, { recursive: true });
});
