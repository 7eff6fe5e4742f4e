// SPDX-License-Identifier: Apache-2.0
// The messages of the wire (docs/wire_format.md) as a worker reads and writes them. No socket, no clock.
import { ENVELOPE_LIMITS, PAYLOAD_LIMITS, pack, unpack } from './msgpack.js';

export const VERSION = 1;
export const MAX_NUMBER = Number.MAX_SAFE_INTEGER;
export const MAX_NAME_BYTES = 512;
export const MAX_TEXT_BYTES = 4096;
const MAX_CRITIQUE_BYTES = 65536;
const MAX_LIST_ENTRIES = 32;
const CODES = new Set(
  'deadline no_route node_down overloaded bad_input bad_output rejected crashed cancelled budget internal not_found corrupt unsupported conflict'.split(' '),
);

/** A message breaks the rules; the text names frame, field and remedy. */
export class WireError extends Error {
  constructor(text, code = 'corrupt') {
    super(text);
    this.code = code;
  }
}

/** The code as this version knows it; an unknown one is "internal". */
export const code_of = (name) => (CODES.has(name) ? name : 'internal');

/** At most as many bytes as a text may have, cut between two characters. */
export function cut(text, most = MAX_TEXT_BYTES) {
  const data = Buffer.from(String(text));
  if (data.length <= most) return data.toString();
  let end = most;
  while ((data[end] & 0xc0) === 0x80) --end;
  return data.toString('utf8', 0, end);
}

const is_text = (v, most) => typeof v === 'string' && Buffer.byteLength(v) <= most;
const number = (least, most = MAX_NUMBER, needed = true) => ({
  needed,
  wanted: `an integer from ${least} to ${most}`,
  fits: (v) => Number.isSafeInteger(v) && v >= least && v <= most,
});
const text = (most, needed = true, least = 0) => ({
  needed,
  wanted: `str of at most ${most} bytes of UTF-8`,
  fits: (v) => is_text(v, most) && v.length >= least,
});
const list = (fits, needed = false) => ({
  needed,
  wanted: `an array of at most ${MAX_LIST_ENTRIES} entries`,
  fits: (v) => Array.isArray(v) && v.length <= MAX_LIST_ENTRIES && v.every(fits),
});
const optional = (field) => ({ ...field, needed: false });

const id = number(1);
const count = number(0);
const name = text(MAX_NAME_BYTES, true, 1);
const some_name = text(MAX_NAME_BYTES, false);
const some_text = text(MAX_TEXT_BYTES, false);
const spent = { micro_money: optional(count), tokens: optional(count) };
const run = { needed: false, wanted: '16 bytes (bin)', fits: (v) => v instanceof Uint8Array && v.length === 16 };
const budget = {
  needed: false,
  wanted: 'a map of micro_money and tokens',
  fits: (v) => v !== null && typeof v === 'object' && count.fits(v.micro_money) && count.fits(v.tokens),
};

/** What a node sends: fields besides v, kind and session, and how many payloads. */
const NODE_KINDS = {
  welcome: {
    fields: {
      version: id,
      start: id,
      heartbeat_us: count,
      silence_us: count,
      max_payload_bytes: number(1, PAYLOAD_LIMITS.bytes),
      max_asks: count,
      features: list((v) => is_text(v, MAX_NAME_BYTES)),
      state: optional(count),
    },
    payloads: [0, 1],
  },
  refuse: { fields: { code: name, text: text(MAX_TEXT_BYTES), versions: list((v) => count.fits(v)) }, payloads: [0, 0] },
  call: {
    fields: {
      id,
      capability: name,
      timeout_us: count,
      run,
      step: some_name,
      attempt: number(0, 4294967295, false),
      key: some_name,
      critique: text(MAX_CRITIQUE_BYTES, false),
      budget,
      trace: some_name,
      chunks: optional(count),
    },
    payloads: [1, 2],
  },
  credit: { fields: { id, chunks: count }, payloads: [0, 0] },
  answer: { fields: { id, code: some_name, text: some_text, ...spent }, payloads: [0, 1] },
  cancel: { fields: { id, text: some_text }, payloads: [0, 0] },
  saved: { fields: { number: count }, payloads: [0, 0] },
  heartbeat: { fields: { open: optional(count) }, payloads: [0, 0] },
  drain: { fields: { timeout_us: optional(count) }, payloads: [0, 0] },
  goodbye: { fields: { code: some_name, text: some_text }, payloads: [0, 0] },
};
const WORKER_KINDS = ['hello', 'result', 'error', 'chunk', 'progress', 'ask', 'save'];

function envelope_of(frames) {
  if (frames.length < 1 || frames.length > 3) throw new WireError(`${frames.length} frames; a message has an envelope and at most two payloads`);
  let fields;
  try {
    fields = unpack(frames[0], ENVELOPE_LIMITS);
  } catch (problem) {
    throw new WireError(`frame 1, the envelope: ${problem.message}`);
  }
  if (fields === null || typeof fields !== 'object' || Array.isArray(fields) || fields instanceof Uint8Array)
    throw new WireError('frame 1, the envelope, is no map; send a map');
  if (!Number.isSafeInteger(fields.v)) throw new WireError('the field "v" of the envelope is missing or no integer; send 1');
  if (fields.v !== VERSION) throw new WireError(`a message of version ${fields.v}; this side reads version ${VERSION}`, 'unsupported');
  if (!is_text(fields.kind, MAX_NAME_BYTES)) throw new WireError('the field "kind" of the envelope is missing or no str; send one of the kinds of the format');
  return fields;
}

function check_fields(kind, wanted, fields) {
  for (const [key, rule] of Object.entries(wanted)) {
    if (!Object.hasOwn(fields, key)) {
      if (rule.needed) throw new WireError(`"${kind}": the field "${key}" is missing from the envelope; send ${rule.wanted}`);
    } else if (!rule.fits(fields[key])) throw new WireError(`"${kind}": the field "${key}" of the envelope is wrong; send ${rule.wanted}`);
  }
}

function check_payloads(kind, [least, most], fields, payloads) {
  if (payloads.length < least || payloads.length > most)
    throw new WireError(`"${kind}": ${payloads.length} payloads after the envelope; this kind has ${least} to ${most}`);
  for (const data of payloads)
    if (data.length === 0 || data.length > PAYLOAD_LIMITS.bytes) throw new WireError(`"${kind}": a payload of ${data.length} bytes; send 1 to ${PAYLOAD_LIMITS.bytes}`);
  if (kind === 'answer' && !fields.code !== payloads.length > 0) throw new WireError('"answer": it has either an output or a code; send one of them');
  if (kind === 'welcome' && 'state' in fields !== payloads.length > 0) throw new WireError('"welcome": "state" and the saved state come together; send both or neither');
}

/** {fields, payloads} of a node's message; undefined when its kind is unknown, WireError when it breaks the rules. */
export function read(frames) {
  const fields = envelope_of(frames);
  const { kind } = fields;
  if (WORKER_KINDS.includes(kind)) throw new WireError(`"${kind}" is not sent by a node`);
  if (!Object.hasOwn(NODE_KINDS, kind)) return undefined;
  const rules = NODE_KINDS[kind];
  check_fields(kind, kind === 'refuse' ? rules.fields : { session: id, ...rules.fields }, fields);
  check_payloads(kind, rules.payloads, fields, frames.slice(1));
  return { fields, payloads: frames.slice(1) };
}

/** The envelope's frame; texts are cut, fields that are undefined are left out. */
export function envelope(fields) {
  const out = { v: VERSION, ...fields };
  if (out.text !== undefined) out.text = cut(out.text);
  return pack(out, ENVELOPE_LIMITS);
}
