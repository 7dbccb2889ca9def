import type { Functions, Library, Overload } from './declarations.ts';
import type { ParserOptions } from './parser.ts';
import type { Type } from './types.ts';
import { typeValueName } from './values.ts';

export interface EnvironmentOptions extends ParserOptions {
  /** Where relative names are looked up first: `a.b`. */
  readonly container?: string;
  /** Whether elements of a literal list may have different types. Not in Kubernetes. */
  readonly mixedLiterals?: boolean;
  /** Whether literals of durations, timestamps and expressions are checked before anything runs. */
  readonly validateLiterals?: boolean;
}

/** The names that expressions can use. Immutable: extending it makes a copy. */
export class Environment {
  readonly options: EnvironmentOptions;
  readonly #functions: Functions;
  readonly #types: ReadonlyMap<string, Type>;
  readonly #variables: ReadonlyMap<string, Type>;

  private constructor(
    options: EnvironmentOptions,
    functions: Functions,
    types: ReadonlyMap<string, Type>,
    variables: ReadonlyMap<string, Type>,
  ) {
    this.options = options;
    this.#functions = functions;
    this.#types = types;
    this.#variables = variables;
  }

  static of(libraries: readonly Library[], options: EnvironmentOptions = {}): Environment {
    const functions = new Map<string, Overload[]>();
    const types = new Map<string, Type>();
    for (const library of libraries) {
      for (const [name, overload] of library.functions) {
        const overloads = functions.get(name) ?? [];
        if (!overloads.some(({ id }) => id === overload.id)) overloads.push(overload);
        functions.set(name, overloads);
      }
      for (const type of library.types ?? []) types.set(typeValueName(type), type);
    }
    return new Environment(options, functions, types, new Map());
  }

  /** The same with more variables. */
  withVariables(variables: Readonly<Record<string, Type>>): Environment {
    const all = new Map([...this.#variables, ...Object.entries(variables)]);
    return new Environment(this.options, this.#functions, this.#types, all);
  }

  /** The same with more functions and types. */
  withLibrary(library: Library): Environment {
    const functions = new Map(this.#functions);
    for (const [name, overload] of library.functions) {
      functions.set(name, [...(functions.get(name) ?? []).filter(({ id }) => id !== overload.id), overload]);
    }
    const types = new Map(this.#types);
    for (const type of library.types ?? []) types.set(typeValueName(type), type);
    return new Environment(this.options, functions, types, this.#variables);
  }

  variable(name: string): Type | undefined {
    return this.#variables.get(name);
  }

  /** The type that a name refers to. */
  type(name: string): Type | undefined {
    return this.#types.get(name);
  }

  overloads(name: string): readonly Overload[] | undefined {
    return this.#functions.get(name);
  }

  get variables(): ReadonlyMap<string, Type> {
    return this.#variables;
  }

  /** The full names that a name may have, the longest first. */
  candidates(name: string): readonly string[] {
    if (name.startsWith('.')) return [name.slice(1)];
    const found = [name];
    for (let container = this.options.container ?? ''; container !== '';) {
      found.splice(-1, 0, `${container}.${name}`);
      container = container.slice(0, Math.max(0, container.lastIndexOf('.')));
    }
    return found;
  }
}
