// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';

import { defineModule, s } from '../index.js';
import { misfit } from '../lib/schema.js';
import { cut, envelope, read, WireError } from '../lib/wire.js';
import { pack } from '../lib/msgpack.js';

const line = s.object({ text: s.string(), size: s.optional(s.integer()) });

test('the builder writes plain JSON Schema', () => {
  assert.deepEqual(line, { type: 'object', properties: { text: { type: 'string' }, size: { type: 'integer' } }, required: ['text'] });
  assert.deepEqual(s.union(s.literal('a', 'b'), s.null()), { anyOf: [{ enum: ['a', 'b'] }, { type: 'null' }] });
});

test('a value that does not fit is named with its place', () => {
  const list = s.object({ lines: s.array(line), more: s.record(s.number()) });
  assert.equal(misfit(list, { lines: [{ text: 'a' }], more: { a: 1.5 }, extra: 1 }), undefined);
  assert.match(misfit(list, { lines: [{ text: 'a' }, { text: 5 }], more: {} }), /lines\[1\]\.text is number/);
  assert.match(misfit(list, { lines: [], more: { a: 'x' } }), /more\.a is string/);
  assert.match(misfit(line, {}), /has no "text"/);
  assert.match(misfit(line, { text: '', size: 1.5 }), /size/);
  assert.match(misfit(s.union(s.string(), s.null()), 5), /anyOf/);
  assert.match(misfit(s.literal('a'), 'b'), /none of the values/);
  assert.equal(misfit(s.integer(), 2n ** 60n), undefined);
});

test('an incomplete module is refused where it is defined', () => {
  const handler = (x) => x;
  const offering = (capabilities) => () => defineModule({ name: 'x', version: '1', capabilities });
  assert.throws(() => defineModule({ name: 'x' }), /name and a version/);
  assert.throws(offering({}), /offers nothing/);
  assert.throws(offering({ shout: { input: line, output: line, handler } }), /text\.shout@1/);
  assert.throws(offering({ 'a.b@1': { input: line, output: line } }), /no handler/);
  assert.throws(offering({ 'a.b@1': { handler } }), /schemas/);
});

test('a text is cut between two characters', () => {
  assert.equal(cut('aäää', 4), 'aä');
  assert.equal(cut('aäää', 5), 'aää');
  assert.equal(cut('ab', 5), 'ab');
});

test('envelopes are read strictly, and unknown kinds are dropped', () => {
  const beat = { v: 1, kind: 'heartbeat', session: 7 };
  assert.equal(read([pack({ ...beat, later: 1 })]).fields.session, 7);
  assert.equal(read([pack({ v: 1, kind: 'sunrise' })]), undefined);
  assert.throws(() => read([pack({ ...beat, v: 2 })]), (e) => e instanceof WireError && e.code === 'unsupported');
  assert.throws(() => read([pack({ ...beat, session: 0 })]), /"session"/);
  assert.throws(() => read([pack({ ...beat, kind: 'result' })]), /not sent by a node/);
  assert.throws(() => read([pack(beat), pack(1)]), /payloads/);
  assert.equal(read([envelope({ kind: 'heartbeat', session: 7 })]).fields.kind, 'heartbeat');
});

test('grants are in the manifest when there are any', () => {
  const capabilities = { 'text.shout@1': { input: line, output: line, handler: (x) => x } };
  assert.equal('grants' in defineModule({ name: 'shouter', version: '1.0.0', capabilities }).manifest, false);
  const grants = [{ grant: 'network', why: 'to shout' }];
  assert.deepEqual(defineModule({ name: 'shouter', version: '1.0.0', grants, capabilities }).manifest.grants, grants);
});
