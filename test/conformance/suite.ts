// The list of upstream's conformance tests, as its own source has it.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

export interface ConformanceTest {
  /** The full name, as the test binary knows it. */
  readonly name: string;
  /** `api-machinery`, `apps`, `auth`, `cli`, `network`, `node`, `scheduling`, `storage`. */
  readonly area: string;
  /** Whether it may not run beside others. */
  readonly serial: boolean;
}

/** Tests that ask for what Kubernetes has taken back since, by a part of their names. */
const TOKEN_SECRET = 'waits for the token Secret that a ServiceAccount got by itself before v1.24';
const outdated: readonly { readonly name: string; readonly why: string }[] = [
  { name: 'ServiceAccounts should allow opting out of API token automount', why: TOKEN_SECRET },
  { name: 'ServiceAccounts should mount an API token into pods', why: TOKEN_SECRET },
  { name: 'should ensure that all pods are removed when a namespace is deleted', why: TOKEN_SECRET },
  { name: 'should ensure that all services are removed when a namespace is deleted', why: TOKEN_SECRET },
  {
    name: 'Daemon set [Serial] should update pod when spec was updated and update strategy is RollingUpdate',
    why: "compares a revision's bytes with what v1.20 wrote, `creationTimestamp: null` in the template; v1.34 and later leave it out",
  },
];

export function whyLeftOut(test: ConformanceTest): string | undefined {
  return outdated.find(({ name }) => test.name.includes(name))?.why;
}

/** Reads test/conformance/testdata/conformance.yaml of the unpacked `source`. */
export async function readSuite(source: string): Promise<readonly ConformanceTest[]> {
  const file = path.join(source, 'test/conformance/testdata/conformance.yaml');
  const entries = parse(await readFile(file, 'utf8')) as readonly { codename: string; file: string }[];
  return entries.map(({ codename, file: from }) => ({
    name: codename,
    area: areaOf(codename, from),
    serial: codename.includes('[Serial]'),
  }));
}

const folders: Readonly<Record<string, string>> = {
  apimachinery: 'api-machinery',
  kubectl: 'cli',
  common: 'node',
};

/** The special interest group in the name, else the folder: `test/e2e/FOLDER/FILE`. */
export function areaOf(name: string, file: string): string {
  const named = /\[sig-([a-z-]+)\]/.exec(name)?.[1];
  if (named !== undefined) return named;
  const folder = file.split('/')[2] ?? 'node';
  return folders[folder] ?? folder;
}

/** The tests whose names match `focus`, a regular expression; all without one. */
export function focused(
  tests: readonly ConformanceTest[],
  focus: string | undefined,
): readonly ConformanceTest[] {
  if (focus === undefined) return tests;
  const expression = new RegExp(focus, 'i');
  return tests.filter(({ name, area }) => expression.test(name) || area === focus);
}

/** Each `step`th of the tests that may run side by side: some of every area, within minutes. */
export function everyNth(tests: readonly ConformanceTest[], step: number): readonly ConformanceTest[] {
  if (!Number.isInteger(step) || step < 1) throw new Error('--every takes a whole number from 1 on');
  return tests.filter(({ serial }) => !serial).filter((_, index) => index % step === 0);
}
