// SPDX-License-Identifier: Apache-2.0

/** Throw it to end a call with an error of a given code, such as "rejected" or "bad_input". */
export class Failed extends Error {
  constructor(code, text = '') {
    super(`${code}: ${text}`);
    this.name = 'Failed';
    this.code = code;
    this.text = text;
  }
}
