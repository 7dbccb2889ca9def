import {
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js';
import type { Type as SpecType } from '@bufbuild/cel-spec/cel/expr/checked_pb.js';
import type { Value as SpecValue } from '@bufbuild/cel-spec/cel/expr/value_pb.js';
import { SimpleTestSchema } from '@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js';
import { getTestRegistry } from '@bufbuild/cel-spec/testdata/registry.js';
import { toJson } from '@bufbuild/protobuf';
import { anyUnpack, type Duration } from '@bufbuild/protobuf/wkt';
import assert from 'node:assert/strict';
import type { CallNode } from './ast.ts';
import { equals } from './equality.ts';
import {
  BOOL,
  BYTES,
  CelError,
  Duration as CelDuration,
  CelMap,
  compile,
  DOUBLE,
  DURATION,
  DYN,
  Environment,
  INT,
  listOf,
  mapOf,
  NULL,
  opaque,
  optionalOf,
  parameter,
  STRING,
  TIMESTAMP,
  type Type,
  TypeValue,
  typeOf,
  UINT,
  type Value,
  type Compiled,
  Program,
} from './index.ts';
import { parse } from './parser.ts';
import { languageLibraries } from './library/index.ts';
import { doubleOf, intOf, typeNameOf, Uint } from './values.ts';

const registry = getTestRegistry();

interface LeftOut {
  readonly reason: string;
  /** Patterns for the path of a case and for its definition. */
  readonly path?: RegExp;
  readonly says?: RegExp;
  /** How many cases are skipped for this reason. */
  readonly count: number;
}

/** Cases about features that Kubernetes does not have. */
const LEFT_OUT: readonly LeftOut[] = [
  {
    reason: 'functions that are not in the environment of Kubernetes: math, base64, and what optimizers make',
    path: /^(math_ext|encoders_ext|block_ext)\//,
    count: 240,
  },
  {
    reason: 'names of a container that are found while evaluating: all expressions are checked before',
    path: /^(fields|namespace)\/.*_unchecked$/,
    count: 2,
  },
  {
    reason: 'cel-go, which is the reference, gives all milliseconds of a duration',
    path: /\/duration_converters\/get_milliseconds$/,
    count: 1,
  },
  {
    reason: 'messages of protobuf: the objects of the API are JSON',
    says: /TestAllTypes|proto2|proto3|google\.protobuf\.(?!Timestamp|Duration)[A-Z]|"container":"google\.protobuf"|"messageType":"(?!google\.protobuf\.(Timestamp|Duration))|"wrapper"/,
    count: 681,
  },
];

function* cases(suite: IncrementalTestSuite, path: string): Iterable<readonly [string, IncrementalTest]> {
  for (const inner of suite.suites) yield* cases(inner, path === '' ? inner.name : `${path}/${inner.name}`);
  for (const test of suite.tests) yield [`${path}/${test.name}`, test];
}

function valueOf(value: SpecValue): Value {
  const { kind } = value;
  switch (kind.case) {
    case 'int64Value':
      return intOf(kind.value);
    case 'uint64Value':
      return new Uint(intOf(kind.value));
    case 'doubleValue':
      return doubleOf(kind.value);
    case 'nullValue':
      return null;
    case 'boolValue':
    case 'stringValue':
    case 'bytesValue':
      return kind.value;
    case 'listValue':
      return kind.value.values.map(valueOf);
    case 'mapValue': {
      const map = new CelMap();
      for (const { key, value: entry } of kind.value.entries) {
        if (key !== undefined && entry !== undefined) map.add(valueOf(key), valueOf(entry));
      }
      return map;
    }
    case 'objectValue': {
      const message = anyUnpack(kind.value, registry);
      if (message?.$typeName !== 'google.protobuf.Duration') throw new Error(`value ${kind.value.typeUrl}`);
      const { seconds, nanos } = message as Duration;
      return new CelDuration(seconds * 1_000_000_000n + BigInt(nanos));
    }
    case 'typeValue':
      return new TypeValue(kind.value);
    default:
      throw new Error(`value ${String(kind.case)}`);
  }
}

const PRIMITIVES = [DYN, BOOL, INT, UINT, DOUBLE, STRING, BYTES];

function typeFrom(type: SpecType | undefined): Type {
  const kind = type?.typeKind;
  switch (kind?.case) {
    case 'primitive':
      return PRIMITIVES[kind.value] ?? DYN;
    case 'null':
      return NULL;
    case 'listType':
      return listOf(typeFrom(kind.value.elemType));
    case 'mapType':
      return mapOf(typeFrom(kind.value.keyType), typeFrom(kind.value.valueType));
    case 'wellKnown':
      return [DYN, DYN, TIMESTAMP, DURATION][kind.value] ?? DYN;
    case 'typeParam':
      return parameter(kind.value);
    case 'type':
      return typeOf(typeFrom(kind.value));
    case 'abstractType': {
      const parts = kind.value.parameterTypes.map(typeFrom);
      return kind.value.name === 'optional_type'
        ? optionalOf(parts[0] ?? DYN)
        : opaque(kind.value.name, ...parts);
    }
    case 'messageType':
      return kind.value === 'google.protobuf.Duration' ? DURATION : TIMESTAMP;
    default:
      return DYN;
  }
}

/** An expression whose types were not checked: calls have all the overloads of their names. */
function unchecked(source: string, environment: Environment): Compiled {
  const parsed = parse(source, environment.options);
  if (!parsed.ok) return { ok: false, message: parsed.issues.map(({ message }) => message).join() };
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    Object.values(value).forEach(visit);
    const node = value as Partial<CallNode>;
    if (node.kind !== 'call' || node.name === undefined) return;
    const count = (node.args?.length ?? 0) + (node.target === undefined ? 0 : 1);
    node.overloads = (environment.overloads(node.name) ?? []).filter(
      ({ parameters }) => parameters.length === count,
    );
  };
  visit(parsed.node);
  return { ok: true, program: new Program(source, parsed.node, environment, undefined) };
}

function runCase({ original }: IncrementalTest): void {
  let environment = Environment.of(languageLibraries, {
    container: original.container,
    mixedLiterals: true,
    escapedNames: true,
    bindings: true,
  });
  const variables: Record<string, Type> = {};
  for (const { name, declKind } of original.typeEnv) {
    if (declKind.case === 'ident') variables[name] = typeFrom(declKind.value.type);
    else if (declKind.case === 'function') {
      environment = environment.withLibrary({
        functions: declKind.value.overloads.map((overload) => [
          name,
          {
            id: overload.overloadId,
            parameters: overload.params.map(typeFrom),
            result: typeFrom(overload.resultType),
            member: overload.isInstanceFunction,
            call: () => new CelError('unbound function'),
          },
        ]),
      });
    }
  }
  const bindings: Record<string, Value> = {};
  for (const [name, { kind }] of Object.entries(original.bindings)) {
    if (kind.case !== 'value') throw new Error('unknown');
    bindings[name] = valueOf(kind.value);
  }
  environment = environment.withVariables(variables);
  const compiled = original.disableCheck
    ? unchecked(original.expr, environment)
    : compile(original.expr, environment);
  const matcher = original.resultMatcher;
  if (matcher.case === 'evalError' || matcher.case === 'anyEvalErrors') {
    if (!compiled.ok) return;
    const { value } = compiled.program.evaluate(bindings, 1e9);
    assert.ok(value instanceof CelError, `an error, not ${JSON.stringify(value)}`);
    return;
  }
  assert.ok(compiled.ok, compiled.ok ? '' : compiled.message);
  if (matcher.case === 'typedResult') {
    assert.deepEqual(compiled.program.type, typeFrom(matcher.value.deducedType));
    if (original.checkOnly || matcher.value.result === undefined) return;
  }
  const expected =
    matcher.case === 'value'
      ? valueOf(matcher.value)
      : matcher.case === 'typedResult' && matcher.value.result !== undefined
        ? valueOf(matcher.value.result)
        : true;
  const { value } = compiled.program.evaluate(bindings, 1e9);
  assert.ok(!(value instanceof CelError), value instanceof CelError ? value.message : '');
  const same = equals(value, expected) || (Number.isNaN(value) && Number.isNaN(expected));
  assert.ok(
    same && (typeof expected === 'object' || typeNameOf(value) === typeNameOf(expected)),
    `${inspect(value)} is not ${inspect(expected)}`,
  );
}

function inspect(value: Value): string {
  return (
    JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)) +
    ' ' +
    typeNameOf(value)
  );
}

function reasonOf(path: string, { original }: IncrementalTest): LeftOut | undefined {
  const text = JSON.stringify(toJson(SimpleTestSchema, original, { registry }));
  return LEFT_OUT.find(({ path: paths, says }) => paths?.test(path) === true || says?.test(text) === true);
}

describe('conformance', () => {
  it('leaves out only what Kubernetes has not', () => {
    const counts = new Map<string, number>();
    for (const [path, test] of cases(getConformanceSuite(), '')) {
      const reason = reasonOf(path.replace(/^\//, ''), test)?.reason ?? 'run';
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    assert.deepEqual(Object.fromEntries(counts), {
      ...Object.fromEntries(LEFT_OUT.map(({ reason, count }) => [reason, count])),
      run: 1420,
    });
  });

  for (const suite of getConformanceSuite().suites) {
    it(suite.name, () => {
      const failures: string[] = [];
      let ran = 0;
      for (const [path, test] of cases(suite, suite.name)) {
        if (reasonOf(path, test) !== undefined) continue;
        ran++;
        try {
          runCase(test);
        } catch (error) {
          const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
          failures.push(`${path}: ${test.original.expr.replaceAll('\n', ' ')} -- ${String(message)}`);
        }
      }
      assert.equal(failures.length, 0, `${failures.length} of ${ran}\n${failures.join('\n')}`);
    });
  }
});
