import { ACCUMULATOR, call, constant, ident, list, type MacroCall, type Node } from './ast.ts';
import type { Issue } from './source.ts';

interface Call extends MacroCall {
  readonly offset: number;
}

type Expander = (call: Call, issues: Issue[]) => Node | undefined;

interface Macro {
  readonly name: string;
  readonly member: boolean;
  readonly arguments: number;
  readonly expand: Expander;
}

/**
 * Expands a call of a macro. Undefined if no macro has this name, form and number of arguments (cel-go
 * `parser/macro.go`, `ext/comprehensions.go`, `cel/library.go`). `bindings`: whether `cel.bind` exists.
 */
export function expandMacro(call: Call, issues: Issue[], bindings: boolean): Node | undefined {
  if (call.name === 'bind' && !bindings) return undefined;
  const macro = MACROS.find(
    ({ name, member, arguments: count }) =>
      name === call.name && member === (call.target !== undefined) && count === call.args.length,
  );
  return macro?.expand(call, issues);
}

const MACROS: readonly Macro[] = [
  { name: 'has', member: false, arguments: 1, expand: expandHas },
  ...quantifiers('all', 'exists', 'exists_one', 'existsOne'),
  { name: 'map', member: true, arguments: 2, expand: (call, issues) => expandElements(call, issues, 1) },
  { name: 'map', member: true, arguments: 3, expand: (call, issues) => expandElements(call, issues, 1) },
  { name: 'filter', member: true, arguments: 2, expand: expandFilter },
  {
    name: 'optMap',
    member: true,
    arguments: 2,
    expand: (call, issues) => expandOptional(call, issues, false),
  },
  {
    name: 'optFlatMap',
    member: true,
    arguments: 2,
    expand: (call, issues) => expandOptional(call, issues, true),
  },
  {
    name: 'transformList',
    member: true,
    arguments: 3,
    expand: (call, issues) => expandElements(call, issues, 2),
  },
  {
    name: 'transformList',
    member: true,
    arguments: 4,
    expand: (call, issues) => expandElements(call, issues, 2),
  },
  { name: 'transformMap', member: true, arguments: 3, expand: expandTransformMap },
  { name: 'transformMap', member: true, arguments: 4, expand: expandTransformMap },
  { name: 'transformMapEntry', member: true, arguments: 3, expand: expandTransformMap },
  { name: 'transformMapEntry', member: true, arguments: 4, expand: expandTransformMap },
  { name: 'bind', member: true, arguments: 3, expand: expandBind },
  { name: 'sortBy', member: true, arguments: 2, expand: expandSortBy },
];

function quantifiers(...names: string[]): Macro[] {
  return names.flatMap((name) => [
    { name, member: true, arguments: 2, expand: expandQuantifier },
    { name, member: true, arguments: 3, expand: expandQuantifier },
  ]);
}

function expandHas({ args }: Call, issues: Issue[]): Node | undefined {
  const [field] = args;
  if (field?.kind === 'select' && !field.testOnly) return { ...field, testOnly: true };
  issues.push({ offset: field?.offset ?? 0, message: 'invalid argument to has() macro' });
  return field;
}

interface Parts {
  readonly init: Node;
  readonly condition: Node;
  readonly step: Node;
  readonly result: Node;
}

/** A comprehension over the target, with one or two variables before the other arguments. */
function comprehension(
  { offset, name, target, args }: Call,
  variables: number,
  issues: Issue[],
  { init, condition, step, result }: Parts,
): Node | undefined {
  if (target === undefined) return undefined;
  const names: string[] = [];
  for (const arg of args.slice(0, variables)) {
    if (arg.kind !== 'ident' || arg.name.startsWith('.')) {
      const message = variables === 1 ? 'argument must be a simple name' : 'argument must be a simple name';
      issues.push({ offset: arg.offset, message });
      return target;
    }
    if (names.includes(arg.name)) {
      issues.push({ offset: arg.offset, message: `duplicate variable name: ${arg.name}` });
      return target;
    }
    names.push(arg.name);
  }
  const [variable = '', variable2] = names;
  return {
    kind: 'comprehension',
    offset,
    range: target,
    variable,
    variable2,
    accumulator: ACCUMULATOR,
    init,
    condition,
    step,
    result,
    macro: { name, target, args },
  };
}

function expandQuantifier(written: Call, issues: Issue[]): Node | undefined {
  const { offset, name, args } = written;
  const predicate = args.at(-1);
  if (predicate === undefined) return undefined;
  const accumulator = (): Node => ident(offset, ACCUMULATOR);
  const [init, condition, step, result] =
    name === 'all'
      ? [
          constant(offset, true),
          call(offset, '@not_strictly_false', accumulator()),
          call(offset, '_&&_', accumulator(), predicate),
          accumulator(),
        ]
      : name === 'exists'
        ? [
            constant(offset, false),
            call(offset, '@not_strictly_false', call(offset, '!_', accumulator())),
            call(offset, '_||_', accumulator(), predicate),
            accumulator(),
          ]
        : [
            constant(offset, 0),
            constant(offset, true),
            call(
              offset,
              '_?_:_',
              predicate,
              call(offset, '_+_', accumulator(), constant(offset, 1)),
              accumulator(),
            ),
            call(offset, '_==_', accumulator(), constant(offset, 1)),
          ];
  return comprehension(written, args.length - 1, issues, { init, condition, step, result });
}

/** Appends an element to the accumulator if the filter accepts it. */
function collected(offset: number, element: Node, filter: Node | undefined): Parts {
  const append = call(offset, '_+_', ident(offset, ACCUMULATOR), list(offset, element));
  return {
    init: list(offset),
    condition: constant(offset, true),
    step: filter === undefined ? append : call(offset, '_?_:_', filter, append, ident(offset, ACCUMULATOR)),
    result: ident(offset, ACCUMULATOR),
  };
}

/** `map` and `transformList`: an element for each round, or for those that the filter after the variables accepts. */
function expandElements(written: Call, issues: Issue[], variables: 1 | 2): Node | undefined {
  const { offset, args } = written;
  const element = args.at(-1);
  if (element === undefined) return undefined;
  const filter = args.length === variables + 2 ? args[variables] : undefined;
  return comprehension(written, variables, issues, collected(offset, element, filter));
}

function expandFilter(written: Call, issues: Issue[]): Node | undefined {
  const { offset, args } = written;
  const [variable, predicate] = args;
  if (variable === undefined || predicate === undefined) return undefined;
  return comprehension(written, 1, issues, collected(offset, variable, predicate));
}

function expandTransformMap(written: Call, issues: Issue[]): Node | undefined {
  const { offset, name, args } = written;
  const [key] = args;
  const value = args.at(-1);
  const filter = args.length === 4 ? args[2] : undefined;
  if (key === undefined || value === undefined) return undefined;
  const accumulator = (): Node => ident(offset, ACCUMULATOR);
  const insert =
    name === 'transformMap'
      ? call(offset, 'cel.@mapInsert', accumulator(), key, value)
      : call(offset, 'cel.@mapInsert', accumulator(), value);
  return comprehension(written, 2, issues, {
    init: { kind: 'map', offset, entries: [] },
    condition: constant(offset, true),
    step: filter === undefined ? insert : call(offset, '_?_:_', filter, insert, accumulator()),
    result: accumulator(),
  });
}

/** A comprehension over an empty list; the result uses its accumulator as a variable. */
function binding(written: Call, variable: string, value: Node, result: Node): Node {
  const { offset, name, target, args } = written;
  return {
    kind: 'comprehension',
    offset,
    range: list(offset),
    variable: '#unused',
    variable2: undefined,
    accumulator: variable,
    init: value,
    condition: constant(offset, false),
    step: ident(offset, variable),
    result,
    macro: { name, target, args },
  };
}

function expandBind(written: Call, issues: Issue[]): Node | undefined {
  const { target, args } = written;
  const [variable, value, result] = args;
  if (target?.kind !== 'ident' || target.name !== 'cel') return undefined;
  if (variable === undefined || value === undefined || result === undefined) return undefined;
  if (variable.kind === 'ident' && !variable.name.startsWith('.')) {
    return binding(written, variable.name, value, result);
  }
  issues.push({ offset: variable.offset, message: 'cel.bind() variable names must be simple identifiers' });
  return target;
}

/** `o.optMap(x, f)` is `o.hasValue() ? optional.of(f with o.value() as x) : optional.none()`. */
function expandOptional(written: Call, issues: Issue[], flat: boolean): Node | undefined {
  const { offset, name, target, args } = written;
  const [variable, mapped] = args;
  if (target === undefined || variable === undefined || mapped === undefined) return undefined;
  if (variable.kind !== 'ident' || variable.name.startsWith('.')) {
    issues.push({ offset: variable.offset, message: `${name}() variable name must be a simple identifier` });
    return target;
  }
  const member = (method: string): Node => ({ kind: 'call', offset, name: method, target, args: [] });
  const bound = binding(written, variable.name, member('value'), mapped);
  return call(
    offset,
    '_?_:_',
    member('hasValue'),
    flat ? bound : call(offset, 'optional.of', bound),
    call(offset, 'optional.none'),
  );
}

/** `list.sortBy(x, key)`: sorts by the list of keys (cel-go `ext/lists.go`). */
function expandSortBy(written: Call, issues: Issue[]): Node | undefined {
  const { offset, target, args } = written;
  const [variable, key] = args;
  if (target === undefined || variable === undefined || key === undefined) return undefined;
  if (variable.kind !== 'ident' || variable.name.startsWith('.')) {
    issues.push({
      offset: variable.offset,
      message: 'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
    });
    return target;
  }
  const name = '@__sortBy_input__';
  const keys = comprehension(
    { offset, name: 'map', target: ident(offset, name), args: [variable, key] },
    1,
    issues,
    collected(offset, key, undefined),
  );
  if (keys === undefined) return undefined;
  const sorted: Node = {
    kind: 'call',
    offset,
    name: '@sortByAssociatedKeys',
    target: ident(offset, name),
    args: [keys],
  };
  return binding(written, name, target, sorted);
}
