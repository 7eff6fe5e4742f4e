// SPDX-License-Identifier: Apache-2.0

/** A JSON Schema whose values have the type T. Plain JSON Schemas are `Schema<unknown>`. */
export interface Schema<T> {
  readonly __type?: T;
  [keyword: string]: unknown;
}
export interface OptionalSchema<T> {
  readonly schema: Schema<T>;
}
export type TypeOf<S> = S extends Schema<infer T> ? T : never;

type Properties = { [name: string]: Schema<any> | OptionalSchema<any> };
type OptionalNames<P> = { [K in keyof P]: P[K] extends OptionalSchema<any> ? K : never }[keyof P];
type FieldType<F> = F extends OptionalSchema<infer T> ? T : F extends Schema<infer T> ? T : never;
type ObjectOf<P> = { [K in Exclude<keyof P, OptionalNames<P>>]: FieldType<P[K]> } & {
  [K in OptionalNames<P>]?: FieldType<P[K]>;
};

/** Builds JSON Schemas that TypeScript understands. `more` are further keywords, such as `description`. */
export declare const s: {
  string(more?: object): Schema<string>;
  integer(more?: object): Schema<number>;
  number(more?: object): Schema<number>;
  boolean(): Schema<boolean>;
  null(): Schema<null>;
  any(): Schema<any>;
  literal<T extends string | number | boolean | null>(...values: T[]): Schema<T>;
  array<T>(items: Schema<T>): Schema<T[]>;
  record<T>(values: Schema<T>): Schema<{ [name: string]: T }>;
  union<S extends Schema<any>[]>(...schemas: S): Schema<TypeOf<S[number]>>;
  optional<T>(schema: Schema<T>): OptionalSchema<T>;
  object<P extends Properties>(properties: P): Schema<ObjectOf<P>>;
};

export type Code =
  | 'deadline' | 'no_route' | 'node_down' | 'overloaded' | 'bad_input' | 'bad_output' | 'rejected' | 'crashed'
  | 'cancelled' | 'budget' | 'internal' | 'not_found' | 'corrupt' | 'unsupported' | 'conflict';

/** Throw it to end a call with an error of a given code. */
export declare class Failed extends Error {
  constructor(code: Code, text?: string);
  readonly code: Code;
  readonly text: string;
}

/** A handler's view of the call it is answering. */
export interface Call {
  readonly id: number;
  readonly capability: string;
  readonly step: string;
  /** 1 for the first; 0 for requests of other modules. */
  readonly attempt: number;
  /** The same for every attempt of one step. */
  readonly key: string;
  /** Why the previous attempt was refused. */
  readonly critique: string;
  /** W3C traceparent. */
  readonly trace: string;
  readonly budget?: { micro_money: number; tokens: number };
  /** The output of the previous attempt. */
  readonly previous?: unknown;
  /** Aborted at the deadline, and when nobody waits for the call any more. */
  readonly signal: AbortSignal;
  /** Milliseconds until the deadline, never below 0. */
  remaining(): number;
  /** Streams a part of the output; waits until the reader has room. Does nothing when nobody listens. */
  emit(part: unknown): Promise<void>;
  /** Says what the module is doing, for people. */
  progress(text: string): void;
  /** Reports real cost; sums up. */
  charge(cost: { micro_money?: number; tokens?: number }): void;
  /** Asks another capability; rejects with Failed. */
  ask<T = unknown>(capability: string, input: unknown, options?: { timeout_ms?: number }): Promise<T>;
  /** Asks the node to keep the module's state for its next incarnation; resolves when it is kept. */
  save(state: unknown): Promise<void>;
}

/** What a handler gives: its output, a promise of it, or a generator whose parts are streamed and whose return is the output. */
export type Output<T> = T | Promise<T> | Generator<unknown, T, void> | AsyncGenerator<unknown, T, void>;

export interface Capability<In = any, Out = any> {
  effect?: 'pure' | 'idempotent' | 'effectful';
  description?: string;
  input: Schema<In>;
  output: Schema<Out>;
  handler(input: In, call: Call): Output<Out>;
}

/** Lets TypeScript infer a handler's types from the schemas. */
export declare function capability<In, Out>(c: Capability<In, Out>): Capability<In, Out>;

export interface Definition {
  name: string;
  version: string;
  description?: string;
  author?: string;
  /** How many calls are taken at once; 16 unless told. */
  window?: number;
  /** State that survives a restart. `restore` gets it before the first call, and migrates older versions itself. */
  state?: { version: number; restore?(state: any, version: number): void };
  /** What it needs beyond computing; the operator of the node answers. */
  grants?: Grant[];
  capabilities: { [id: string]: Capability };
}

/** "read" and "write" have a path, limits an amount; see docs/sandbox.md. Without an optional one the module works as well. */
export interface Grant {
  grant: 'network' | 'read' | 'write' | 'memory' | 'tmp' | 'file_size' | 'processes' | 'files' | 'cores' | 'cpu' | 'wall';
  path?: string;
  amount?: number;
  optional?: boolean;
  why?: string;
}

export interface Module {
  readonly manifest: object;
  /** Serves the node that started this process until one of them ends the session; then the process exits. */
  serve(): Promise<never>;
}

/** TypeError says what is missing. */
export declare function defineModule(definition: Definition): Module;
