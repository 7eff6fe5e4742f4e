// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';

import { pack, unpack } from '../lib/msgpack.js';

const hex = (text) => Buffer.from(text.replace(/\s/g, ''), 'hex');

test('values come back as they were', () => {
  const values = [null, true, false, 0, 1.5, -0.5, '', 'grüß 😀', [], {}, { a: [1, { b: 'c' }] }, new Uint8Array([1, 2]), 'x'.repeat(70000)];
  for (const v of values) assert.deepEqual(unpack(pack(v)), v);
  assert.ok(Object.is(unpack(pack(-0)), -0));
});

test('integers have the shortest form and are exact', () => {
  const forms = { 0: '00', 127: '7f', 128: 'cc80', 255: 'ccff', 256: 'cd0100', 65535: 'cdffff', 65536: 'ce00010000', 4294967295: 'ceffffffff', 4294967296: 'cf0000000100000000', 9007199254740991: 'cf001fffffffffffff', '-1': 'ff', '-32': 'e0', '-33': 'd0df', '-128': 'd080', '-129': 'd1ff7f', '-32769': 'd2ffff7fff', '-2147483649': 'd3ffffffff7fffffff' };
  for (const [n, form] of Object.entries(forms)) {
    assert.equal(pack(Number(n)).toString('hex'), form);
    assert.equal(pack(BigInt(n)).toString('hex'), form);
    assert.equal(unpack(hex(form)), Number(n));
  }
  for (const n of [2n ** 64n - 1n, -(2n ** 63n), 2n ** 53n]) assert.equal(unpack(pack(n)), n);
  assert.throws(() => pack(2n ** 64n), /64 bits/);
});

test('what the format forbids is refused, with its reason', () => {
  const wrong = { c1: /0xc1/, '': /cut off/, 'a26f': /cut off/, '0101': /behind/, '8101 02': /key is number/, '82a16101a16102': /twice/, 'a2fffe': /UTF-8/, 'd40500': /extension/, 'd6ff00000001': /extension/, 'ddffffffff': /cut off/, 'dfffffffff': /cut off/ };
  for (const [data, reason] of Object.entries(wrong)) assert.throws(() => unpack(hex(data)), reason);
});

test('depth and number of values are bounded both ways', () => {
  const deep = (n) => Buffer.concat([Buffer.alloc(n, 0x91), Buffer.from([1])]);
  assert.ok(unpack(deep(128)));
  assert.throws(() => unpack(deep(129)), /nested/);
  assert.throws(() => unpack(deep(1000000)), /nested/);
  const limits = { bytes: 100, depth: 4, values: 10 };
  assert.throws(() => unpack(pack(Array(10).fill(0)), limits), /more than 10 values/);
  assert.throws(() => pack(Array(10).fill(0), limits), /more than 10 values/);
  assert.throws(() => pack('x'.repeat(101), limits), /more than 100 bytes/);
  assert.throws(() => pack([[[[[1]]]]], limits), /nested/);
});

test('a key named __proto__ is data', () => {
  const found = unpack(hex('81a95f5f70726f746f5f5f81a16101'));
  assert.deepEqual(Object.keys(found), ['__proto__']);
  assert.equal(found.a, undefined);
});

test('undefined fields are left out, functions are refused', () => {
  assert.deepEqual(unpack(pack({ a: undefined, b: 1 })), { b: 1 });
  assert.throws(() => pack({ f: () => 1 }), /function/);
});
