// SPDX-License-Identifier: Apache-2.0
export { Failed } from './lib/failed.js';
export { capability, defineModule } from './lib/module.js';
export { s } from './lib/schema.js';
