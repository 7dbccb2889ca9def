/**
 * Root hooks of mocha that fail a test which leaves something behind: a timer, a socket, a server, a child process,
 * a file watcher, or a DisposableStore that nobody disposed. What a suite's own `before` made may live until its
 * `after`; at the very end nothing may be left. What all objects share must be as it was.
 */
import { channel } from 'node:diagnostics_channel';
import { restoreBuiltIns } from './builtIns.ts';
import './vscode/moduleHook.ts';
import { repeatProperties } from './seed.ts';

interface StoreMessage {
  readonly type: 'made' | 'disposed';
  readonly store: object;
}

/** Resources that keep a process alive and belong to somebody. Others (file requests, immediates) end by themselves. */
const OWNED = new Set([
  'Timeout',
  'TCPSocketWrap',
  'TCPServerWrap',
  'TLSWrap',
  'PipeWrap',
  'PipeServerWrap',
  'ProcessWrap',
  'FSEventWrap',
  'UDPWrap',
  'MessagePort',
  'Worker',
]);
/** How long closing sockets and exiting processes may take before they count as left behind. */
const GRACE_MS = 2_000;

const stores = new Map<object, string>();
channel('wheelhouse:disposable').subscribe((message) => {
  const { type, store } = message as StoreMessage;
  if (type === 'made') stores.set(store, new Error().stack ?? '');
  else stores.delete(store);
});

let resourcesBefore = new Map<string, number>();
let storesBefore = new Set<object>();
let resourcesAtStart = new Map<string, number>();

export const mochaHooks = {
  async beforeAll(): Promise<void> {
    await repeatProperties();
    resourcesAtStart = countResources();
  },
  /** Asynchronous like its counterpart, so that mocha's own time-out counts in both. */
  async beforeEach(): Promise<void> {
    await Promise.resolve();
    resourcesBefore = countResources();
    storesBefore = new Set(stores.keys());
  },
  async afterEach(): Promise<void> {
    await Promise.resolve();
    const changed = restoreBuiltIns();
    if (changed.length > 0) throw new Error(`changed for all objects: ${changed.join(', ')}`);
    await expectNothingMore(resourcesBefore, storesBefore);
  },
  async afterAll(): Promise<void> {
    await expectNothingMore(resourcesAtStart, new Set());
  },
};

async function expectNothingMore(
  before: ReadonlyMap<string, number>,
  known: ReadonlySet<object>,
): Promise<void> {
  const deadline = Date.now() + GRACE_MS;
  for (;;) {
    const left = leftBehind(before, known);
    if (left.length === 0) return;
    if (Date.now() >= deadline) throw new Error(`left behind: ${left.join('; ')}`);
    // An unreferenced timer is not counted among the active resources.
    await new Promise((resolve) => setTimeout(resolve, 10).unref());
  }
}

function leftBehind(before: ReadonlyMap<string, number>, known: ReadonlySet<object>): readonly string[] {
  const resources = [...countResources()]
    .filter(([type, count]) => count > (before.get(type) ?? 0))
    .map(([type, count]) => `${count - (before.get(type) ?? 0)} ${type}`);
  const undisposed = [...stores]
    .filter(([store]) => !known.has(store))
    .map(([, stack]) => `a DisposableStore made at ${stack}`);
  return [...resources, ...undisposed];
}

function countResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) {
    if (OWNED.has(type)) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
