// SPDX-License-Identifier: Apache-2.0
// MessagePack as the wire has it (docs/wire_format.md, "Message" and "Limits"): str keys that occur once, UTF-8, no
// extension types, shortest forms. Integers beyond 2^53 are BigInt.

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The limits of a value: bytes, nesting, number of values. */
export const PAYLOAD_LIMITS = { bytes: 67108864, depth: 128, values: 4000000 };
export const MANIFEST_LIMITS = { bytes: 1048576, depth: 128, values: 100000 };
export const ENVELOPE_LIMITS = { bytes: 262144, depth: 16, values: 4096 };

class Reader {
  constructor(data, limits) {
    this.data = data;
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.limits = limits;
    this.at = 0;
    this.values = 0;
  }

  take(count) {
    if (count > this.data.length - this.at) throw new RangeError('it is cut off');
    this.at += count;
    return this.at - count;
  }

  text(length) {
    const from = this.take(length);
    try {
      return utf8.decode(this.data.subarray(from, this.at));
    } catch {
      throw new RangeError('a str is not UTF-8');
    }
  }

  bytes(length) {
    const from = this.take(length);
    return Uint8Array.from(this.data.subarray(from, this.at));
  }

  wide(signed) {
    const from = this.take(8);
    const v = signed ? this.view.getBigInt64(from) : this.view.getBigUint64(from);
    return v >= BigInt(Number.MIN_SAFE_INTEGER) && v <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(v) : v;
  }

  u8() { return this.view.getUint8(this.take(1)); }
  u16() { return this.view.getUint16(this.take(2)); }
  u32() { return this.view.getUint32(this.take(4)); }

  deeper(depth, count) {
    if (depth >= this.limits.depth) throw new RangeError(`nested more than ${this.limits.depth} deep; send flatter values`);
    if (count > this.data.length - this.at) throw new RangeError('it is cut off');
  }

  array(length, depth) {
    this.deeper(depth, length);
    const out = [];
    for (let i = 0; i < length; ++i) out.push(this.value(depth + 1));
    return out;
  }

  map(length, depth) {
    this.deeper(depth, 2 * length);
    const entries = new Map();
    for (let i = 0; i < length; ++i) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string') throw new RangeError(`a key is ${typeof key}; send str`);
      if (entries.has(key)) throw new RangeError(`the key "${key.slice(0, 64)}" occurs twice; send it once`);
      entries.set(key, this.value(depth + 1));
    }
    return Object.fromEntries(entries); // defines own properties: "__proto__" does no harm
  }

  value(depth) {
    if (++this.values > this.limits.values) throw new RangeError(`more than ${this.limits.values} values; send fewer`);
    const tag = this.u8();
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.map(tag & 15, depth);
    if (tag < 0xa0) return this.array(tag & 15, depth);
    if (tag < 0xc0) return this.text(tag & 31);
    if (tag >= 0xe0) return tag - 256;
    return this.tagged(tag, depth);
  }

  tagged(tag, depth) {
    switch (tag) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return this.bytes(this.u8());
      case 0xc5: return this.bytes(this.u16());
      case 0xc6: return this.bytes(this.u32());
      case 0xca: return this.view.getFloat32(this.take(4));
      case 0xcb: return this.view.getFloat64(this.take(8));
      case 0xcc: return this.u8();
      case 0xcd: return this.u16();
      case 0xce: return this.u32();
      case 0xcf: return this.wide(false);
      case 0xd0: return this.view.getInt8(this.take(1));
      case 0xd1: return this.view.getInt16(this.take(2));
      case 0xd2: return this.view.getInt32(this.take(4));
      case 0xd3: return this.wide(true);
      case 0xd9: return this.text(this.u8());
      case 0xda: return this.text(this.u16());
      case 0xdb: return this.text(this.u32());
      case 0xdc: return this.array(this.u16(), depth);
      case 0xdd: return this.array(this.u32(), depth);
      case 0xde: return this.map(this.u16(), depth);
      case 0xdf: return this.map(this.u32(), depth);
      case 0xc1: throw new RangeError('the byte 0xc1, which MessagePack does not use');
      default: throw new RangeError('an extension type; send none');
    }
  }
}

/** One value, and nothing behind it. RangeError says what is wrong. */
export function unpack(data, limits = PAYLOAD_LIMITS) {
  if (data.length > limits.bytes) throw new RangeError(`${data.length} bytes; at most ${limits.bytes} are allowed`);
  const reader = new Reader(data, limits);
  const value = reader.value(0);
  if (reader.at !== data.length) throw new RangeError(`${data.length - reader.at} bytes behind the value; send one value`);
  return value;
}

class Writer {
  constructor(limits) {
    this.limits = limits;
    this.buffer = Buffer.allocUnsafe(256);
    this.at = 0;
    this.values = 0;
  }

  room(count) {
    if (this.at + count > this.limits.bytes) throw new RangeError(`more than ${this.limits.bytes} bytes; put it into a file`);
    if (this.at + count > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.buffer.length, this.at + count));
      this.buffer.copy(larger, 0, 0, this.at);
      this.buffer = larger;
    }
    this.at += count;
    return this.at - count;
  }

  u8(v) {
    const at = this.room(1); // may replace the buffer
    this.buffer.writeUInt8(v, at);
  }

  u16(tag, v) {
    this.u8(tag);
    const at = this.room(2);
    this.buffer.writeUInt16BE(v, at);
  }

  u32(tag, v) {
    this.u8(tag);
    const at = this.room(4);
    this.buffer.writeUInt32BE(v, at);
  }

  head(length, fix, most, tag8, tag16, tag32) {
    if (length <= most) this.u8(fix | length);
    else if (tag8 && length < 256) { this.u8(tag8); this.u8(length); }
    else if (length < 65536) this.u16(tag16, length);
    else this.u32(tag32, length);
  }

  integer(v) {
    if (v >= 0) {
      if (v < 128) this.u8(v);
      else if (v < 256) { this.u8(0xcc); this.u8(v); }
      else if (v < 65536) this.u16(0xcd, v);
      else if (v < 4294967296) this.u32(0xce, v);
      else this.wide(BigInt(v));
    } else if (v >= -32) this.u8(v + 256);
    else if (v >= -128) { this.u8(0xd0); this.u8(v + 256); }
    else if (v >= -32768) this.u16(0xd1, v + 65536);
    else if (v >= -2147483648) this.u32(0xd2, v + 4294967296);
    else this.wide(BigInt(v));
  }

  wide(v) {
    if (v >= BigInt(Number.MIN_SAFE_INTEGER) && v <= BigInt(Number.MAX_SAFE_INTEGER) && (v < 4294967296n && v >= -2147483648n))
      return this.integer(Number(v));
    if (v >= 1n << 64n || v < -(1n << 63n)) throw new RangeError('an integer beyond 64 bits; send it as text');
    this.u8(v < 0n ? 0xd3 : 0xcf);
    const at = this.room(8);
    if (v < 0n) this.buffer.writeBigInt64BE(v, at);
    else this.buffer.writeBigUInt64BE(v, at);
  }

  number(v) {
    if (Number.isSafeInteger(v) && !Object.is(v, -0)) return this.integer(v);
    this.u8(0xcb);
    const at = this.room(8);
    this.buffer.writeDoubleBE(v, at);
  }

  text(v) {
    const length = Buffer.byteLength(v);
    this.head(length, 0xa0, 31, 0xd9, 0xda, 0xdb);
    const at = this.room(length);
    this.buffer.write(v, at, 'utf8');
  }

  bytes(v) {
    this.head(v.length, 0, -1, 0xc4, 0xc5, 0xc6);
    const at = this.room(v.length);
    this.buffer.set(v, at);
  }

  container(v, depth) {
    if (depth >= this.limits.depth) throw new RangeError(`nested more than ${this.limits.depth} deep; send flatter values`);
    if (Array.isArray(v)) {
      this.head(v.length, 0x90, 15, 0, 0xdc, 0xdd);
      for (const item of v) this.value(item, depth + 1);
      return;
    }
    const entries = Object.entries(v).filter(([, item]) => item !== undefined);
    this.head(entries.length, 0x80, 15, 0, 0xde, 0xdf);
    for (const [key, item] of entries) {
      this.value(key, depth + 1);
      this.value(item, depth + 1);
    }
  }

  value(v, depth) {
    if (++this.values > this.limits.values) throw new RangeError(`more than ${this.limits.values} values; send fewer`);
    if (v === null || v === undefined) this.u8(0xc0);
    else if (typeof v === 'boolean') this.u8(v ? 0xc3 : 0xc2);
    else if (typeof v === 'number') this.number(v);
    else if (typeof v === 'bigint') this.wide(v);
    else if (typeof v === 'string') this.text(v);
    else if (v instanceof Uint8Array) this.bytes(v);
    else if (typeof v === 'object') this.container(v, depth);
    else throw new RangeError(`a ${typeof v} cannot be written; send data`);
  }
}

/** The value in its shortest form; fields that are undefined are left out. RangeError when it passes a limit. */
export function pack(value, limits = PAYLOAD_LIMITS) {
  const writer = new Writer(limits);
  writer.value(value, 0);
  return writer.buffer.subarray(0, writer.at);
}
