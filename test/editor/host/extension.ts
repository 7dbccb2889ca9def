import { commands, extensions, window, type Extension, type MessageOptions } from 'vscode';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { Resource } from '../../../src/api/resource.ts';
import * as resources from '../../../src/api/resources.ts';
import type { ExtensionApi } from '../../../src/extension.ts';
import type { ClusterState } from '../../../src/editor/model/clusterEntry.ts';

export function wheelhouse(): Extension<ExtensionApi> {
  const found = extensions.getExtension<ExtensionApi>('wheelhouse.wheelhouse');
  if (found === undefined) throw new Error('the extension is not there');
  return found;
}

/** Resolves when a condition on the model holds; it is looked at after each change. */
export function untilModel<T>(condition: (api: ExtensionApi) => T | undefined): Promise<T> {
  const { exports: api } = wheelhouse();
  const now = condition(api);
  if (now !== undefined) return Promise.resolve(now);
  return new Promise((resolve) => {
    const subscription = api.model.onDidChange(() => {
      const value = condition(api);
      if (value === undefined) return;
      subscription.dispose();
      resolve(value);
    });
  });
}

export function stateOf(name: string): ClusterState | undefined {
  return wheelhouse()
    .exports.model.entries()
    .find((entry) => entry.name === name)?.state;
}

/** For a describe block: a cluster of simulated nodes, made and deleted by the extension's own commands. */
export function useSimulatedCluster(name: string, nodes = 2): void {
  before(async () => {
    await wheelhouse().activate();
    await commands.executeCommand('wheelhouse.createCluster', { name, machines: 'simulated', nodes });
    if (stateOf(name)?.phase !== 'running') throw new Error(`cluster ${name} is ${stateOf(name)?.phase}`);
  });
  after(async () => {
    const said = answerMessages('Delete');
    await commands.executeCommand('wheelhouse.deleteCluster', { cluster: name });
    said.restore();
    if (stateOf(name) !== undefined) throw new Error(`cluster ${name} is still there: ${said.texts.join()}`);
  });
}

/** Stands in for the user in front of messages: keeps their texts, answers each with the given button or with none. */
export function answerMessages(button?: string): {
  readonly texts: string[];
  /** What stands below them. */
  readonly details: string[];
  /** The buttons of each. */
  readonly buttons: string[][];
  restore(): void;
} {
  const texts: string[] = [];
  const details: string[] = [];
  const buttons: string[][] = [];
  const names = ['showWarningMessage', 'showErrorMessage', 'showInformationMessage'] as const;
  const before = names.map((name) => window[name] as unknown);
  const answer = (text: string, ...rest: (string | MessageOptions)[]): Promise<string | undefined> => {
    texts.push(text);
    const offered = rest.filter((part) => typeof part === 'string');
    buttons.push(offered);
    details.push(...rest.flatMap((part) => (typeof part === 'string' ? [] : (part.detail ?? []))));
    return Promise.resolve(button !== undefined && offered.includes(button) ? button : undefined);
  };
  for (const name of names) Object.assign(window, { [name]: answer });
  return {
    texts,
    details,
    buttons,
    restore: () => names.forEach((name, i) => Object.assign(window, { [name]: before[i] })),
  };
}

/** Resolves when what a cluster's cache has of a kind fulfils a condition; it is looked at after each change. */
export async function untilCache(
  cluster: string,
  kind: string,
  condition: (list: readonly KubeObject[]) => boolean,
): Promise<void> {
  const session = wheelhouse().exports.model.session(cluster);
  if (session === undefined) throw new Error(`cluster ${cluster} does not run`);
  const resource = (Object.values(resources) as readonly Resource[]).find((r) => r.kind === kind);
  if (resource === undefined) throw new Error(`${kind} is not known`);
  const informer = session.informer(resource);
  await informer.whenSynced(session.signal);
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (!condition(informer.list())) return;
      resolve();
      queueMicrotask(() => subscription.dispose());
    };
    const subscription = informer.addHandler({ onAdd: look, onUpdate: look, onDelete: look });
    look();
  });
}
