// SPDX-License-Identifier: Apache-2.0
// What the author of a module uses.
import { Serving } from './serving.js';

function check(definition) {
  if (!definition.name || !definition.version) throw new TypeError('a module needs a name and a version');
  const offered = Object.entries(definition.capabilities ?? {});
  if (offered.length === 0) throw new TypeError(`the module ${definition.name} offers nothing; define capabilities: { 'text.shout@1': … }`);
  for (const [id, c] of offered) {
    if (!/^[^@\s]+@\d+/.test(id)) throw new TypeError(`"${id}" is no id of a capability; write it as text.shout@1`);
    if (typeof c.handler !== 'function') throw new TypeError(`the capability ${id} has no handler`);
    if (c.input === undefined || c.output === undefined) throw new TypeError(`the capability ${id} needs the schemas input and output`);
  }
}

function manifest_of({ name, version, description, author, grants, capabilities }) {
  const contracts = Object.entries(capabilities).map(([id, c]) => ({
    id,
    description: c.description,
    effect: c.effect ?? 'idempotent',
    input: c.input,
    output: c.output,
  }));
  return { name, version, description, author, capabilities: contracts, ...(grants?.length ? { grants } : {}) };
}

const LOOPBACK = /^tcp:\/\/(127\.[\d.]+|localhost|\[::1\]):\d+$/;
const NO_CURVE =
  'this SDK has no CURVE (Node.js has no XSalsa20), so it connects over TCP only to a loopback address without keys. For a node on another host: ' +
  'let it listen there with keys = "none", and bring the port here, ssh -L 5701:127.0.0.1:5701 NODE, or WireGuard; then AGENTS_ENDPOINT=tcp://127.0.0.1:5701';

/** A module: its name, its version, and the capabilities that it offers. TypeError says what is missing. */
export function defineModule(definition) {
  check(definition);
  const manifest = manifest_of(definition);
  return {
    manifest,
    /** Serves the node that started this process until one of them ends the session; then the process exits. */
    async serve() {
      const { AGENTS_ENDPOINT: endpoint = '', AGENTS_NODE_KEY, AGENTS_KEY_FILE } = process.env;
      const remote = endpoint.startsWith('tcp://');
      const token = remote ? 'key' : process.env.AGENTS_TOKEN;
      if (remote && (AGENTS_NODE_KEY || AGENTS_KEY_FILE || !LOOPBACK.test(endpoint))) {
        console.error(NO_CURVE);
        process.exit(1);
      }
      if (!endpoint || !token) {
        console.error('AGENTS_ENDPOINT and AGENTS_TOKEN are not set; a worker is started by a node');
        process.exit(1);
      }
      const serving = new Serving(definition, manifest, endpoint, token);
      if (process.listenerCount('SIGTERM') === 0) process.on('SIGTERM', () => serving.drain());
      const problem = await serving.run();
      if (problem) console.error(problem);
      process.exit(problem ? 1 : 0);
    },
  };
}

/** The capability as given; it is there for TypeScript, which infers the handler's types from the schemas. */
export const capability = (c) => c;
