// SPDX-License-Identifier: Apache-2.0
// JSON Schemas: a small builder that TypeScript understands, and the check of the keywords that it writes.

/** s.object({ text: s.string() }): a JSON Schema whose values TypeScript knows. Every function gives a plain schema. */
export const s = {
  string: (more = {}) => ({ type: 'string', ...more }),
  integer: (more = {}) => ({ type: 'integer', ...more }),
  number: (more = {}) => ({ type: 'number', ...more }),
  boolean: () => ({ type: 'boolean' }),
  null: () => ({ type: 'null' }),
  any: () => ({}),
  literal: (...values) => ({ enum: values }),
  array: (items) => ({ type: 'array', items }),
  record: (values) => ({ type: 'object', additionalProperties: values }),
  union: (...schemas) => ({ anyOf: schemas }),
  optional: (schema) => new Optional(schema),
  object(properties) {
    const known = Object.entries(properties);
    return {
      type: 'object',
      properties: Object.fromEntries(known.map(([name, p]) => [name, p instanceof Optional ? p.schema : p])),
      required: known.filter(([, p]) => !(p instanceof Optional)).map(([name]) => name),
    };
  },
};

class Optional {
  constructor(schema) {
    this.schema = schema;
  }
}

function type_of(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'integer';
  return typeof value;
}

function text_of(value) {
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}n` : item));
}

function has_type(value, wanted) {
  const found = type_of(value);
  if (wanted === 'integer') return found === 'integer' || Number.isInteger(value);
  if (wanted === 'number') return found === 'number' || found === 'integer';
  return found === wanted;
}

/** Why a value does not fit, or undefined. Checks type, enum, const, anyOf, properties, required, items and additionalProperties; the node checks the rest. */
export function misfit(schema, value, where = 'the value') {
  if (schema === true || schema === undefined || schema === null) return undefined;
  if (schema === false) return `${where} is not allowed`;
  if (schema.type !== undefined && ![schema.type].flat().some((t) => has_type(value, t)))
    return `${where} is ${type_of(value)} where ${[schema.type].flat().join(' or ')} is expected`;
  const same = (other) => text_of(other) === text_of(value);
  if (schema.enum && !schema.enum.some(same)) return `${where} is none of the values allowed`;
  if ('const' in schema && !same(schema.const)) return `${where} is not the value allowed`;
  if (schema.anyOf && schema.anyOf.every((one) => misfit(one, value, where))) return `${where} fits none of the schemas of anyOf`;
  if (Array.isArray(value)) return misfit_of_items(schema, value, where);
  return type_of(value) === 'object' ? misfit_of_fields(schema, value, where) : undefined;
}

function misfit_of_items(schema, value, where) {
  for (let i = 0; schema.items && i < value.length; ++i) {
    const why = misfit(schema.items, value[i], `${where}[${i}]`);
    if (why) return why;
  }
  return undefined;
}

function misfit_of_fields(schema, value, where) {
  for (const name of schema.required ?? []) if (!Object.hasOwn(value, name)) return `${where} has no "${name}"`;
  const known = schema.properties ?? {};
  for (const [name, item] of Object.entries(value)) {
    const rule = Object.hasOwn(known, name) ? known[name] : schema.additionalProperties;
    const why = misfit(rule, item, `${where}.${name}`);
    if (why) return why;
  }
  return undefined;
}
